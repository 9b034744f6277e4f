package org.strongroom.archive;

/**
 * Up to where the packs are indexed. Shared packs are appended to in the order of their numbers; packs of a single object
 * take the next number when they are complete, while the shared pack goes on, hence two coordinates.
 *
 * @param pack number of the shared pack, 0 before the first
 * @param offset in that pack, in bytes: the next record begins here
 * @param single the highest number of a single-object pack that is indexed, 0 when none is
 */
public record Position(int pack, long offset, int single) {
    public static final Position START = new Position(0, 0, 0);
}
