package org.strongroom.dicom.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.strongroom.dicom.ElementCursor;
import org.strongroom.dicom.VR;

/**
 * Takes the text of an element apart into its values, in UTF-8, without an object for a value. Padding is left out: spaces
 * and zeros at the end of each value, of DS and IS the spaces before it too (PS3.5 section 6.2), of PN the delimiters of
 * groups that are empty at its end (section 6.2.1.1).
 */
final class TextValues {
    private byte[] text = new byte[256];
    private int end;
    private int next;
    private int from;
    private int to;
    private boolean multiple;
    private boolean numeral;
    private boolean name;

    /**
     * Loads the element's text; false where that would lose bytes that are no characters, in a VR that the character set does
     * not apply to.
     */
    boolean load(ElementCursor cursor) {
        VR vr = cursor.vr();
        multiple = vr.isMultiple();
        numeral = vr == VR.DS || vr == VR.IS;
        name = vr == VR.PN;
        int length = cursor.length();
        if (text.length < length) {
            text = new byte[Math.max(length, Math.min(text.length * 2, 1 << 20))];
        }
        cursor.read(0, text, 0, length);
        end = length;
        if (!isPlain(text, length) || cursor.romanDiffers()) {
            String characters = cursor.decoded();
            if (!vr.takesCharacterSet() && characters.indexOf('\uFFFD') >= 0) {
                return false;
            }
            byte[] decoded = characters.getBytes(StandardCharsets.UTF_8);
            text = decoded.length < 256 ? Arrays.copyOf(decoded, 256) : decoded;
            end = decoded.length;
        }
        while (end > 0 && isPadding(text[end - 1])) {
            end--;
        }
        if (vr == VR.PN && isDelimiters()) {
            end = 0;
        }
        next = 0;
        return true;
    }

    /** Groups of which none holds anything are no name. */
    private boolean isDelimiters() {
        int at = 0;
        while (at < end && (text[at] == '=' || text[at] == ' ')) {
            at++;
        }
        return at == end;
    }

    /** Whether there is more than padding. */
    boolean hasAny() {
        return end > 0;
    }

    /** Moves to the next value; false after the last. */
    boolean advance() {
        if (next > end) {
            return false;
        }
        from = next;
        int at = from;
        while (at < end && !(multiple && text[at] == '\\')) {
            at++;
        }
        next = at + 1;
        to = at;
        while (to > from && isPadding(text[to - 1])) {
            to--;
        }
        while (numeral && from < to && text[from] == ' ') {
            from++;
        }
        return true;
    }

    byte[] bytes() {
        return text;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    /** The whole text without its padding. */
    int end() {
        return end;
    }

    private boolean isPadding(byte b) {
        return b == ' ' || b == 0 || (b == '=' && name);
    }

    private static boolean isPlain(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes[i] < 0 || bytes[i] == 0x1B) {
                return false;
            }
        }
        return true;
    }
}
