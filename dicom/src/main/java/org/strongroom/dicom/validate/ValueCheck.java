package org.strongroom.dicom.validate;

import java.lang.foreign.ValueLayout;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TextFault;
import org.strongroom.dicom.VR;

/** The value of one element against its VR: length, repertoire, form and padding, PS3.5 table 6.2-1. */
final class ValueCheck {
    private static final Pattern AGE = Pattern.compile("[0-9]{3}[DWMY]");
    private static final Pattern UID = Pattern.compile("(?:0|[1-9][0-9]*)(?:\\.(?:0|[1-9][0-9]*))+");

    private static final char ESCAPE = 0x1B;

    private final Findings findings;

    ValueCheck(Findings findings) {
        this.findings = findings;
    }

    /** Returns how many values there are; 0 for an empty element, 1 for bytes. */
    int check(Level level, Element.Encoded element) {
        long length = element.bytes().byteSize();
        VR vr = element.vr();
        if (length == 0) {
            return 0;
        }
        return switch (vr) {
            case AE, AS, CS, DA, DS, DT, IS, TM, UI, UR -> checkCodes(level, element);
            case LO, LT, PN, SH, ST, UC, UT -> checkTexts(level, element);
            default -> checkBinary(level, element, length);
        };
    }

    private int checkBinary(Level level, Element.Encoded element, long length) {
        int width = element.vr() == VR.AT ? 4 : element.vr().unit();
        if (length % width != 0 && length % 2 == 0) {
            findings.add(
                    Rule.VALUE_LENGTH,
                    level,
                    element.tag(),
                    length + " bytes are no multiple of the " + width + " of VR " + element.vr());
        }
        boolean numbers = switch (element.vr()) {
            case AT, FD, FL, SL, SS, SV, UL, US, UV -> true;
            default -> false;
        };
        return numbers ? (int) (length / width) : 1;
    }

    /** Text of the default repertoire, whatever the character set. */
    private int checkCodes(Level level, Element.Encoded element) {
        byte[] bytes = element.bytes().toArray(ValueLayout.JAVA_BYTE);
        String whole = new String(bytes, StandardCharsets.ISO_8859_1);
        VR vr = element.vr();
        checkPadding(level, element.tag(), vr, whole);
        String text = unpadded(whole);
        if (text.isEmpty()) {
            if (vr == VR.AE && whole.indexOf(' ') >= 0) {
                findings.add(Rule.VALUE_FORM, level, element.tag(), "an AE title of spaces only");
            }
            return 0;
        }
        String[] values = vr.isMultiple() ? text.split("\\\\", -1) : new String[] {text};
        for (String value : values) {
            checkCode(level, element.tag(), vr, value);
        }
        return values.length;
    }

    private void checkCode(Level level, Tag tag, VR vr, String value) {
        String core = vr == VR.UR || vr == VR.UI ? value : value.strip();
        if (core.isEmpty()) {
            if (vr == VR.AE && !value.isEmpty()) {
                findings.add(Rule.VALUE_FORM, level, tag, "an AE title of spaces only");
            }
            return;
        }
        int most = mostCharacters(vr);
        String counted = value.stripTrailing();
        if (counted.length() > most) {
            tooLong(level, tag, vr, counted.length(), most);
        }
        if (!isAllowed(vr, core)) {
            findings.add(Rule.VALUE_CHARACTERS, level, tag, "a character that VR " + vr + " does not allow");
            return;
        }
        if (!hasForm(vr, core)) {
            findings.add(Rule.VALUE_FORM, level, tag, "not the form of VR " + vr + ": " + form(vr));
        }
    }

    private void tooLong(Level level, Tag tag, VR vr, int length, int most) {
        findings.add(
                Rule.VALUE_LENGTH, level, tag, length + " characters, VR " + vr + " allows " + most + " in a value");
    }

    static int mostCharacters(VR vr) {
        return switch (vr) {
            case AE, CS, DS, SH -> 16;
            case AS -> 4;
            case DA -> 8;
            case DT -> 26;
            case IS -> 12;
            case TM -> 14;
            case LO, PN, UI -> 64;
            case ST -> 1024;
            case LT -> 10240;
            default -> Integer.MAX_VALUE;
        };
    }

    private static boolean isAllowed(VR vr, String value) {
        for (int i = 0; i < value.length(); i++) {
            if (!isAllowed(vr, value.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAllowed(VR vr, int c) {
        boolean digit = c >= '0' && c <= '9';
        return switch (vr) {
            case AE -> c >= ' ' && c < 0x7F && c != '\\';
            case AS -> digit || c == 'D' || c == 'W' || c == 'M' || c == 'Y';
            case CS -> digit || (c >= 'A' && c <= 'Z') || c == '_' || c == ' ';
            case DA -> digit;
            case DS -> digit || "+-.eE".indexOf(c) >= 0;
            case DT -> digit || "+-.".indexOf(c) >= 0;
            case IS -> digit || c == '+' || c == '-';
            case TM -> digit || c == '.';
            case UI -> digit || c == '.';
            default -> c > ' ' && c < 0x7F;
        };
    }

    private static boolean hasForm(VR vr, String value) {
        return switch (vr) {
            case AS -> AGE.matcher(value).matches();
            case DA -> Moments.isDate(value);
            case DS -> isDecimal(value);
            case DT -> Moments.isDateTime(value);
            case IS -> isInt(value);
            case TM -> Moments.isTime(value);
            case UI -> UID.matcher(value).matches();
            case UR -> isUri(value);
            default -> true;
        };
    }

    private static String form(VR vr) {
        return switch (vr) {
            case AS -> "three digits and D, W, M or Y";
            case DA -> "YYYYMMDD, a day that exists";
            case DS -> "a decimal number";
            case DT -> "YYYYMMDDHHMMSS.FFFFFF and the offset from UTC, a moment that exists";
            case IS -> "a whole number from -2147483648 to 2147483647";
            case TM -> "HHMMSS.FFFFFF, a time that exists";
            case UI -> "numbers without leading zeros, joined by points";
            default -> "a URI";
        };
    }

    /** By hand: a structure set has hundreds of thousands of these. */
    private static boolean isDecimal(String value) {
        int at = afterSign(value, 0);
        int point = afterDigits(value, at);
        int digits = point - at;
        if (point < value.length() && value.charAt(point) == '.') {
            int end = afterDigits(value, point + 1);
            digits += end - point - 1;
            point = end;
        }
        if (digits == 0 || point == value.length()) {
            return digits > 0;
        }
        int exponent = afterSign(value, point + 1);
        boolean form = (value.charAt(point) | 0x20) == 'e'
                && exponent < value.length()
                && afterDigits(value, exponent) == value.length();
        return form && (value.length() > 64 || Double.isFinite(Double.parseDouble(value)));
    }

    private static boolean isInt(String value) {
        int digits = afterSign(value, 0);
        if (digits == value.length() || afterDigits(value, digits) < value.length() || value.length() > 18) {
            return false;
        }
        long number = Long.parseLong(value);
        return number == (int) number;
    }

    private static int afterSign(String value, int at) {
        return at < value.length() && (value.charAt(at) == '+' || value.charAt(at) == '-') ? at + 1 : at;
    }

    private static int afterDigits(String value, int from) {
        int at = from;
        while (at < value.length() && value.charAt(at) >= '0' && value.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    private static boolean isUri(String value) {
        try {
            return !new URI(value).toString().isEmpty();
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** Text of the Specific Character Set. */
    private int checkTexts(Level level, Element.Encoded element) {
        Tag tag = element.tag();
        VR vr = element.vr();
        long length = element.bytes().byteSize();
        if (element.bytes().get(ValueLayout.JAVA_BYTE, length - 1) == 0) {
            boolean several = length > 1 && element.bytes().get(ValueLayout.JAVA_BYTE, length - 2) == 0;
            findings.add(
                    several ? Rule.VALUE_CHARACTERS : Rule.VALUE_PADDING,
                    level,
                    tag,
                    several ? "text filled up with NULs" : "text padded with NUL");
        }
        Set<TextFault.Kind> faults = level.elements().textFaultsAt(tag);
        if (faults.contains(TextFault.Kind.NO_CHARACTER)) {
            undecodable(level, element);
        }
        List<String> values = level.text(tag);
        for (String value : values) {
            checkText(level, tag, vr, value);
        }
        if (faults.contains(TextFault.Kind.CONTROL_CHARACTER)
                && values.stream().anyMatch(value -> value.indexOf(ESCAPE) >= 0)) {
            findings.add(Rule.VALUE_CHARACTERS, level, tag, "an escape where the character set has no code extensions");
        }
        return values.size();
    }

    private void undecodable(Level level, Element.Encoded element) {
        boolean declared = !level.elements().characterSet().terms().isEmpty();
        if (declared) {
            findings.add(
                    Rule.TEXT_UNDECODABLE,
                    level,
                    element.tag(),
                    "bytes that stand for no character of the declared set");
        } else {
            findings.add(
                    Rule.CHARACTER_SET_ABSENT,
                    level,
                    element.tag(),
                    "text beyond ISO IR 6 and no Specific Character Set (0008,0005)");
        }
    }

    private void checkText(Level level, Tag tag, VR vr, String value) {
        boolean lines = vr == VR.ST || vr == VR.LT || vr == VR.UT;
        boolean controls = value.chars()
                .anyMatch(
                        c -> (c < ' ' && c != ESCAPE && !(lines && (c == '\t' || c == '\n' || c == '\f' || c == '\r')))
                                || c == 0x7F);
        if (controls) {
            findings.add(Rule.VALUE_CHARACTERS, level, tag, "a control character that VR " + vr + " does not allow");
        }
        int most = mostCharacters(vr);
        if (vr == VR.PN) {
            checkName(level, tag, value, most);
        } else if (value.codePointCount(0, value.length()) > most) {
            tooLong(level, tag, vr, value.codePointCount(0, value.length()), most);
        }
    }

    /** Up to three groups, each of up to five components and 64 characters, PS3.5 section 6.2.1. */
    private void checkName(Level level, Tag tag, String value, int most) {
        String[] groups = value.split("=", -1);
        if (groups.length > 3) {
            findings.add(Rule.VALUE_FORM, level, tag, groups.length + " component groups of a name, PN allows 3");
        }
        for (String group : groups) {
            int length = group.codePointCount(0, group.length());
            if (length > most) {
                findings.add(
                        Rule.VALUE_LENGTH, level, tag, length + " characters in a component group, PN allows " + most);
            }
            long components = group.chars().filter(c -> c == '^').count() + 1;
            if (components > 5) {
                findings.add(Rule.VALUE_FORM, level, tag, components + " components of a name, PN allows 5");
            }
        }
    }

    private void checkPadding(Level level, Tag tag, VR vr, String whole) {
        if (vr == VR.UI) {
            boolean spaces = whole.endsWith(" ");
            if (spaces || whole.endsWith("\0\0")) {
                findings.add(
                        Rule.VALUE_PADDING,
                        level,
                        tag,
                        spaces ? "a UID padded with a space" : "a UID with several NULs");
            }
        } else if (whole.endsWith("\0\0")) {
            findings.add(Rule.VALUE_CHARACTERS, level, tag, "text filled up with NULs");
        } else if (whole.endsWith("\0")) {
            findings.add(Rule.VALUE_PADDING, level, tag, "text padded with NUL");
        }
    }

    private static String unpadded(String whole) {
        int end = whole.length();
        while (end > 0 && (whole.charAt(end - 1) == ' ' || whole.charAt(end - 1) == 0)) {
            end--;
        }
        return whole.substring(0, end);
    }
}
