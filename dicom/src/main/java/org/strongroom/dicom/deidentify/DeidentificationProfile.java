package org.strongroom.dicom.deidentify;

import java.util.Set;

/**
 * What is asked for: the Basic Application Level Confidentiality Profile (PS3.15 section E.2) with these options.
 *
 * @param options none is the basic profile alone
 * @param safePrivate private attributes that are kept with {@link ProfileOption#RETAIN_SAFE_PRIVATE}, and only then
 * @param unknownBurnedInAccepted whether an image of a kind that often has text in its pixels is let through though its
 *     Burned In Annotation (0028,0301) says nothing; one that says YES never is
 * @param longestShiftDays with {@link ProfileOption#RETAIN_MODIFIED_DATES}, dates go back by 1 to so many days
 */
public record DeidentificationProfile(
        Set<ProfileOption> options,
        SafePrivateList safePrivate,
        boolean unknownBurnedInAccepted,
        int longestShiftDays) {
    /** Ten years. */
    public static final int DEFAULT_SHIFT_DAYS = 3650;

    private static final int MOST_SHIFT_DAYS = 36500;

    public static final DeidentificationProfile BASIC =
            new DeidentificationProfile(Set.of(), SafePrivateList.standard(), false, DEFAULT_SHIFT_DAYS);

    /** @throws IllegalArgumentException when options contradict each other or a number is out of range */
    public DeidentificationProfile {
        options = Set.copyOf(options);
        if (options.contains(ProfileOption.RETAIN_FULL_DATES)
                && options.contains(ProfileOption.RETAIN_MODIFIED_DATES)) {
            throw new IllegalArgumentException("dates are kept in full or modified, not both: choose "
                    + ProfileOption.RETAIN_FULL_DATES.label() + " or " + ProfileOption.RETAIN_MODIFIED_DATES.label());
        }
        if (options.contains(ProfileOption.CLEAN_PIXEL_DATA) && unknownBurnedInAccepted) {
            throw new IllegalArgumentException("pixels are cleaned or accepted without, not both");
        }
        if (longestShiftDays < 1 || longestShiftDays > MOST_SHIFT_DAYS) {
            throw new IllegalArgumentException("dates are shifted by 1 to " + MOST_SHIFT_DAYS + " days");
        }
    }

    boolean has(ProfileOption option) {
        return options.contains(option);
    }
}
