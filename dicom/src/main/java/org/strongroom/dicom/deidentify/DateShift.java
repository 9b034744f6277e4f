package org.strongroom.dicom.deidentify;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Moves dates by a number of days, PS3.15 section E.3.6: days between two of them stay what they were. Times of day stay
 * as they are, since the shift is of whole days. What is no date gives nothing.
 */
final class DateShift {
    private static final Pattern DATE = Pattern.compile("(\\d{4})(\\.?)(\\d{2})\\2(\\d{2})");
    private static final Pattern TIME = Pattern.compile("\\d{2}(:?\\d{2}(:?\\d{2}(\\.\\d{1,6})?)?)?");
    private static final Pattern DATE_TIME = Pattern.compile(
            "(\\d{4})((\\d{2})((\\d{2})((?:\\d{2}(?:\\d{2}(?:\\d{2}(?:\\.\\d{1,6})?)?)?)?))?)?([+-]\\d{4})?");
    private static final Pattern ZONE = Pattern.compile("[+-](0\\d|1[0-4])[0-5]\\d");

    private final int days;

    DateShift(int days) {
        this.days = days;
    }

    Optional<String> date(String value) {
        Matcher matcher = DATE.matcher(value);
        return matcher.matches()
                ? moved(matcher.group(1), matcher.group(3), matcher.group(4)).map(DateShift::digits)
                : Optional.empty();
    }

    /** A date and time; where the day or the month is missing, the middle of what it leaves open moves. */
    Optional<String> dateTime(String value) {
        Matcher matcher = DATE_TIME.matcher(value);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String month = matcher.group(3);
        String day = matcher.group(5);
        String zone = matcher.group(7) == null ? "" : matcher.group(7);
        return moved(matcher.group(1), month == null ? "07" : month, day == null ? "15" : day)
                .map(DateShift::digits)
                .map(moved -> day != null
                        ? moved + matcher.group(6) + zone
                        : moved.substring(0, month != null ? 6 : 4) + zone);
    }

    static boolean isDate(String value) {
        return DATE.matcher(value).matches();
    }

    static boolean isDateTime(String value) {
        return DATE_TIME.matcher(value).matches();
    }

    static boolean isTime(String value) {
        return TIME.matcher(value).matches();
    }

    static boolean isZone(String value) {
        return ZONE.matcher(value).matches();
    }

    private Optional<LocalDate> moved(String year, String month, String day) {
        try {
            LocalDate date = LocalDate.of(Integer.parseInt(year), Integer.parseInt(month), Integer.parseInt(day));
            LocalDate moved = date.minusDays(days);
            return moved.getYear() < 1 ? Optional.empty() : Optional.of(moved);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static String digits(LocalDate date) {
        return String.format("%04d%02d%02d", date.getYear(), date.getMonthValue(), date.getDayOfMonth());
    }
}
