package org.strongroom.dicom.deidentify;

import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;

/**
 * Whether a value has the form of its VR, PS3.5 section 6.2: an attribute is kept for what it says, and what has not the
 * form of a number, a date or a term can be a name.
 */
final class ValueForm {
    /** Longer than the standard's 16 characters, since devices print all digits of a double. */
    private static final Pattern DECIMAL =
            Pattern.compile("[+-]?(\\d{1,24}(\\.\\d{0,24})?|\\.\\d{1,24})([Ee][+-]?\\d{1,3})?");

    private static final Pattern INTEGER = Pattern.compile("[+-]?\\d{1,12}");
    private static final Pattern AGE = Pattern.compile("\\d{3}[DWMY]");
    /** Terms of devices have small letters and signs too; a person's name in DICOM's form has a caret or a comma. */
    private static final Pattern TERM = Pattern.compile("[A-Za-z0-9_ ./+-]{1,32}");

    private static final Pattern CHARACTER_SET =
            Pattern.compile("(ISO)?(2022)?IR\\d{1,3}|GB18030|GBK|GB2312|UTF8|ISO8859\\d{1,2}");
    private static final Pattern BETWEEN = Pattern.compile("[ _.-]");

    private ValueForm() {}

    static boolean isNumber(VR vr) {
        return switch (vr) {
            case AT, FD, FL, SL, SS, SV, UL, US, UV -> true;
            default -> false;
        };
    }

    /** Bytes of one number. */
    static int size(VR vr) {
        return vr == VR.AT ? 4 : vr.unit();
    }

    /** Whether a single value, not empty, has the form of a VR of characters; other VRs have none to look at. */
    static boolean isOf(VR vr, String value) {
        return switch (vr) {
            case AS -> AGE.matcher(value).matches();
            case CS -> TERM.matcher(value).matches();
            case DA -> DateShift.isDate(value);
            case DS -> DECIMAL.matcher(value).matches();
            case DT -> DateShift.isDateTime(value);
            case IS -> INTEGER.matcher(value).matches();
            case TM -> DateShift.isTime(value);
            case UI -> Uid.parse(value).isPresent();
            default -> true;
        };
    }

    /** Whether every value has the form; empty ones do. */
    static boolean all(String values, Predicate<String> form) {
        for (String value : values.split("\\\\", -1)) {
            String stripped = value.strip();
            if (!stripped.isEmpty() && !form.test(stripped)) {
                return false;
            }
        }
        return true;
    }

    /** Whether it can be a term of Specific Character Set (0008,0005), in the spellings that devices use. */
    static boolean isCharacterSet(String term) {
        String bare = BETWEEN.matcher(term).replaceAll("").toUpperCase(Locale.ROOT);
        return CHARACTER_SET.matcher(bare).matches();
    }
}
