package org.strongroom.dicom.validate;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Dates and times as DA, TM and DT write them, PS3.5 section 6.2; whether they exist, not only their form. */
final class Moments {
    private static final Pattern TIME = Pattern.compile("([0-9]{2})(?:([0-9]{2})(?:([0-9]{2})(?:\\.[0-9]{1,6})?)?)?");
    private static final Pattern DATE_TIME = Pattern.compile(
            "([0-9]{4})(?:([0-9]{2})(?:([0-9]{2})(?:([0-9]{2}(?:[0-9]{2}(?:[0-9]{2}(?:\\.[0-9]{1,6})?)?)?))?)?)?"
                    + "(?:([+-])([0-9]{2})([0-9]{2}))?");

    private Moments() {}

    static boolean isDate(String text) {
        return text.matches("[0-9]{8}") && exists(text.substring(0, 4), text.substring(4, 6), text.substring(6));
    }

    /** Hours alone and hours with minutes are times too; second 60 is a leap second. */
    static boolean isTime(String text) {
        Matcher parts = TIME.matcher(text);
        return parts.matches()
                && at(parts.group(1), 0) < 24
                && at(parts.group(2), 0) < 60
                && at(parts.group(3), 0) <= 60;
    }

    /** From the year alone to the microsecond, with or without the offset from UTC (-1200 to +1400). */
    static boolean isDateTime(String text) {
        Matcher parts = DATE_TIME.matcher(text);
        if (!parts.matches()) {
            return false;
        }
        String time = parts.group(4);
        boolean moment = exists(parts.group(1), orFirst(parts.group(2)), orFirst(parts.group(3)))
                && (time == null || isTime(time));
        return moment && (parts.group(5) == null || isOffset(parts));
    }

    private static boolean isOffset(Matcher parts) {
        int minutes = at(parts.group(6), 0) * 60 + at(parts.group(7), 0);
        boolean west = "-".equals(parts.group(5));
        // -0000 says nothing and is forbidden by the text of the VR.
        return at(parts.group(7), 0) < 60 && (west ? minutes > 0 && minutes <= 12 * 60 : minutes <= 14 * 60);
    }

    private static String orFirst(@Nullable String part) {
        return part == null ? "01" : part;
    }

    private static int at(@Nullable String digits, int absent) {
        return digits == null ? absent : Integer.parseInt(digits);
    }

    private static boolean exists(String year, String month, String day) {
        try {
            LocalDate date = LocalDate.of(Integer.parseInt(year), Integer.parseInt(month), Integer.parseInt(day));
            return date.getYear() > 0;
        } catch (DateTimeException e) {
            return false;
        }
    }
}
