package org.strongroom.archive;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Tag;
import org.strongroom.guard.Action;

/**
 * A question to the archive, from whichever door.
 *
 * @param level what one answer stands for
 * @param matches all must hold
 * @param returnKeys attributes asked for in the answers, beside the unique keys of the level and those above
 */
public record Query(Level level, List<Match> matches, Set<Tag> returnKeys) {
    /**
     * What guard is asked, and the audit log keeps: the names of the matching keys, no values. {@link Archive#find} takes
     * a permit for this and no other.
     *
     * @param reason why a person asks; devices give none
     */
    public Action.Query action(Optional<String> reason) {
        return new Action.Query(
                level.name(), matches.stream().map(match -> name(match.tag())).toList(), reason);
    }

    private static String name(Tag tag) {
        return Dictionary.standard()
                .attribute(tag)
                .map(Dictionary.Entry::keyword)
                .orElse(tag.toString());
    }
}
