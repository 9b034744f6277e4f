package org.strongroom.dicom;

import java.util.Optional;

/**
 * A unique identifier: 1 to 64 characters, components of digits joined by points, PS3.5 section 9. Two are the same when
 * all their characters are, so 1.02 is not 1.2: section 9.1 forbids the leading zero, devices send it all the same, and
 * the archive must give back what it was given. It never makes such a UID itself.
 */
public record Uid(String value) implements Comparable<Uid> {
    /**
     * @throws DicomFormatException when {@code value} is not a UID; the message never repeats it. A component with a
     *     leading zero is tolerated, since devices send them
     */
    public Uid {
        if (!isValid(value)) {
            throw new DicomFormatException("not a UID (1 to 64 digits and points, PS3.5 section 9)");
        }
    }

    /** The UID in {@code value}, or empty when it is none. */
    public static Optional<Uid> parse(String value) {
        return isValid(value) ? Optional.of(new Uid(value)) : Optional.empty();
    }

    private static boolean isValid(String value) {
        int length = value.length();
        if (length == 0 || length > 64) {
            return false;
        }
        boolean componentEmpty = true;
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (c == '.') {
                if (componentEmpty) {
                    return false;
                }
                componentEmpty = true;
            } else if (c >= '0' && c <= '9') {
                componentEmpty = false;
            } else {
                return false;
            }
        }
        return !componentEmpty;
    }

    @Override
    public int compareTo(Uid other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
