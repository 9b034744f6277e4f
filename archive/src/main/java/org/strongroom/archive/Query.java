package org.strongroom.archive;

import java.util.List;
import java.util.Set;
import org.strongroom.dicom.Tag;

/**
 * A question to the archive, from whichever door.
 *
 * @param level what one answer stands for
 * @param matches all must hold
 * @param returnKeys attributes asked for in the answers, beside the unique keys of the level and those above
 */
public record Query(Level level, List<Match> matches, Set<Tag> returnKeys) {}
