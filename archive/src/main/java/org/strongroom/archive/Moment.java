package org.strongroom.archive;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.strongroom.dicom.VR;

/**
 * A value of DA, TM or DT (PS3.5 section 6.2) as a stretch of time: what it leaves unsaid is open, so {@code 10} is the
 * hour from 10:00 to 10:59:59.999999. Forms of ACR-NEMA with points and colons are read too.
 *
 * <p>A DT with an offset from UTC is taken to UTC; one without stays as it is, as if written in UTC.
 *
 * @param first microsecond, of the day for TM, of the epoch for DT; a day number for DA
 * @param last likewise, inclusive
 */
record Moment(long first, long last) {
    private static final int DIGITS_OF_SECOND = 14;
    private static final int DIGITS_OF_FRACTION = 6;
    private static final long MICROS_OF_SECOND = 1_000_000;
    private static final int DAYS = 31;
    private static final int MONTHS = 12;

    /** The moment a value of this VR names; empty when it is none. */
    static Optional<Moment> of(VR vr, String text) {
        String value = text.strip();
        return switch (vr) {
            case DA -> date(value);
            case TM -> time(value.replace(":", ""));
            case DT -> dateTime(value);
            default -> Optional.empty();
        };
    }

    /** A number that grows with the date, at least 1 and below 2^22; 0 when the text is no date. */
    static int day(String text) {
        String value = text.strip();
        String digits = value.length() == 10 && value.charAt(4) == '.' && value.charAt(7) == '.'
                ? value.substring(0, 4) + value.substring(5, 7) + value.substring(8)
                : value;
        if (digits.length() != 8 || !isDigits(digits)) {
            return 0;
        }
        int month = number(digits, 4, 6);
        int day = number(digits, 6, 8);
        if (month < 1 || month > MONTHS || day < 1 || day > DAYS) {
            return 0;
        }
        // No calendar: a 30th of February sorts where its sender meant it.
        return (number(digits, 0, 4) * MONTHS + month - 1) * DAYS + day;
    }

    boolean contains(Moment other) {
        return first <= other.first && other.first <= last;
    }

    private static Optional<Moment> date(String value) {
        int day = day(value);
        return day == 0 ? Optional.empty() : Optional.of(new Moment(day, day));
    }

    /** HH, HHMM, HHMMSS, HHMMSS.F to HHMMSS.FFFFFF; devices send nanoseconds too, of which only six digits count. */
    private static Optional<Moment> time(String value) {
        int point = value.indexOf('.');
        String digits = point < 0 ? value : value.substring(0, point);
        String fraction = point < 0 ? "" : value.substring(point + 1);
        boolean shape = isDigits(digits)
                && (digits.length() == 2 || digits.length() == 4 || digits.length() == 6)
                && (point < 0 || digits.length() == 6)
                && (fraction.isEmpty() || isDigits(fraction));
        if (!shape) {
            return Optional.empty();
        }
        int hour = number(digits, 0, 2);
        int minute = digits.length() > 2 ? number(digits, 2, 4) : 0;
        int second = digits.length() > 4 ? number(digits, 4, 6) : 0;
        if (hour > 23 || minute > 59 || second > 60) {
            return Optional.empty();
        }
        long unit = digits.length() == 2 ? 3600 : digits.length() == 4 ? 60 : 1;
        long first = ((hour * 60L + minute) * 60 + second) * MICROS_OF_SECOND;
        long length = unit * MICROS_OF_SECOND;
        for (int i = 0; i < Math.min(fraction.length(), DIGITS_OF_FRACTION); i++) {
            length /= 10;
            first += (fraction.charAt(i) - '0') * length;
        }
        return Optional.of(new Moment(first, first + length - 1));
    }

    /** YYYY[MM[DD[HH[MM[SS[.F]]]]]][+-HHMM]. */
    private static Optional<Moment> dateTime(String value) {
        int sign = Math.max(value.indexOf('+', 1), value.indexOf('-', 1));
        String local = sign < 0 ? value : value.substring(0, sign);
        int offsetMinutes = 0;
        if (sign >= 0) {
            String offset = value.substring(sign + 1);
            if (offset.length() != 4 || !isDigits(offset)) {
                return Optional.empty();
            }
            offsetMinutes = number(offset, 0, 2) * 60 + number(offset, 2, 4);
            offsetMinutes = value.charAt(sign) == '-' ? -offsetMinutes : offsetMinutes;
        }
        int point = local.indexOf('.');
        String digits = point < 0 ? local : local.substring(0, point);
        boolean shape = isDigits(digits)
                && digits.length() >= 4
                && digits.length() <= DIGITS_OF_SECOND
                && digits.length() % 2 == 0
                && (point < 0 || digits.length() == DIGITS_OF_SECOND);
        return shape
                ? dateTime(digits, point < 0 ? "" : local.substring(point), offsetMinutes * 60L * MICROS_OF_SECOND)
                : Optional.empty();
    }

    private static Optional<Moment> dateTime(String digits, String fraction, long offsetMicros) {
        int month = digits.length() > 4 ? number(digits, 4, 6) : 1;
        int day = digits.length() > 6 ? number(digits, 6, 8) : 1;
        if (month < 1 || month > MONTHS || day < 1 || day > DAYS) {
            return Optional.empty();
        }
        LocalDateTime start =
                LocalDateTime.of(number(digits, 0, 4), month, 1, 0, 0).plusDays(day - 1L);
        long midnight = start.toEpochSecond(ZoneOffset.UTC) * MICROS_OF_SECOND - offsetMicros;
        if (digits.length() > 8) {
            return time(digits.substring(8) + fraction)
                    .map(time -> new Moment(midnight + time.first, midnight + time.last));
        }
        ChronoUnit unit =
                digits.length() == 4 ? ChronoUnit.YEARS : digits.length() == 6 ? ChronoUnit.MONTHS : ChronoUnit.DAYS;
        long end = start.plus(1, unit).toEpochSecond(ZoneOffset.UTC) * MICROS_OF_SECOND - offsetMicros;
        return Optional.of(new Moment(midnight, end - 1));
    }

    private static boolean isDigits(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static int number(String digits, int from, int to) {
        return Integer.parseInt(digits, from, to, 10);
    }
}
