package org.strongroom.dimse;

import java.util.Optional;

/** An Application Entity title: 1 to 16 characters of the default repertoire, no backslash, PS3.5 section 6.2; a label, not an identity. */
public record AeTitle(String value) {
    /** @throws IllegalArgumentException when {@code value} is none; leading and trailing spaces are not significant */
    public AeTitle {
        value = value.strip();
        if (!isValid(value)) {
            throw new IllegalArgumentException("not an AE title (1 to 16 printable ASCII characters without \\)");
        }
    }

    public static Optional<AeTitle> parse(String value) {
        return isValid(value.strip()) ? Optional.of(new AeTitle(value)) : Optional.empty();
    }

    private static boolean isValid(String value) {
        return !value.isEmpty()
                && value.length() <= 16
                && value.chars().allMatch(c -> c >= 0x20 && c < 0x7F && c != '\\');
    }

    @Override
    public String toString() {
        return value;
    }
}
