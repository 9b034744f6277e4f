package org.strongroom.archive;

/**
 * Where a record begins: enough to read it, since the record says its own lengths.
 *
 * @param pack number of the pack file, from 1
 * @param offset in bytes from the beginning of the file
 */
public record Place(int pack, long offset) {
    @Override
    public String toString() {
        return String.format("pack %08x offset %d", pack, offset);
    }
}
