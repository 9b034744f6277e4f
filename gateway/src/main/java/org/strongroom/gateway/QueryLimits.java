package org.strongroom.gateway;

import java.util.List;
import java.util.Optional;
import org.strongroom.archive.Match;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.VR;

/**
 * The most that one identifier may ask for, so that what an answer costs is bounded whoever asks. Several times what
 * devices send; what exceeds a limit is refused and not cut, with a comment that names the limit.
 */
final class QueryLimits {
    /** Keys of an identifier, those in items and the items themselves included; devices send up to 60. */
    static final int KEYS = 512;
    /** Characters of a pattern for AE, CS, LO, PN and SH, of which values have up to 194 (PS3.5 table 6.2-1). */
    static final int PATTERN = 256;
    /** Characters of a pattern for LT, ST, UC, UR and UT. */
    static final int TEXT_PATTERN = 1024;
    /** Characters of all patterns of an identifier: each object's values are compared with all. */
    static final int PATTERNS = 4096;
    /** Characters of a value without wild cards: the longest LT. */
    static final int VALUE = 10_240;
    /** Characters of a range: the longest of DT has 55. */
    static final int RANGE = 64;
    /** UIDs of a list, of what is sought or retrieved; in explicit VR there is room for some thousand. */
    static final int UIDS = 4096;
    /** Codes of a list. */
    static final int CODES = 256;

    private QueryLimits() {}

    /** Why there are too many keys in an identifier; empty where there are not. */
    static Optional<BadIdentifier> tooManyKeys(DataSet identifier) {
        List<Tag> tags = identifier.tags();
        int count = 0;
        for (Tag tag : tags) {
            // By their number first: looking into each for items has a cost.
            count += tags.size() > KEYS ? 1 : keys(identifier, tag);
            if (count > KEYS) {
                return Optional.of(BadIdentifier.value(tag, "more than " + KEYS + " keys; ask for fewer"));
            }
        }
        return Optional.empty();
    }

    private static int keys(DataSet dataSet, Tag tag) {
        int count = 1;
        for (DataSet item : dataSet.items(tag)) {
            count++;
            for (Tag nested : item.tags()) {
                if (count > KEYS) {
                    return count;
                }
                count += keys(item, nested);
            }
        }
        return count;
    }

    /** Why the patterns are too long together; empty where they are not. */
    static Optional<BadIdentifier> tooLongPatterns(List<Match> matches) {
        int sum = 0;
        for (Match match : matches) {
            sum += patterns(match);
            if (sum > PATTERNS) {
                return Optional.of(
                        BadIdentifier.value(match.tag(), "patterns of more than " + PATTERNS + " characters together"));
            }
        }
        return Optional.empty();
    }

    private static int patterns(Match match) {
        return switch (match) {
            case Match.Wildcard wildcard -> wildcard.pattern().length();
            case Match.Sequence sequence ->
                sequence.item().stream().mapToInt(QueryLimits::patterns).sum();
            case Match.Single _, Match.UidList _, Match.Range _ -> 0;
        };
    }

    /** Most characters of a pattern for values of this VR. */
    static int pattern(VR vr) {
        return switch (vr) {
            case LT, ST, UC, UR, UT -> TEXT_PATTERN;
            default -> PATTERN;
        };
    }
}
