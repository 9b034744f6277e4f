package org.strongroom.dicom.model;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Tag;

/** The private blocks of one data set as its elements come, PS3.5 section 7.8.1. */
final class PrivateCreators {
    /** The creator of each block that has one, by the tag that reserves it. */
    private final Map<Integer, String> creators = new HashMap<>();
    /** The first block of each creator in a group. */
    private final Map<Key, Integer> blocks = new HashMap<>();
    /** Those that elements were given and that no element has reserved yet. */
    private final Map<Integer, String> owed = new HashMap<>();

    private record Key(int group, String creator) {}

    static boolean isCreator(int tag) {
        int element = tag & 0xFFFF;
        return new Tag(tag).isPrivate() && element >= 0x10 && element <= 0xFF;
    }

    /** The tag of an element of this creator: in the first block it has, else in the first that is free. */
    int tag(int blockless, String creator, Function<String, DicomFormatException> fail) {
        int group = blockless & 0xFFFF0000;
        Integer known = blocks.get(new Key(group, creator));
        int block = known == null ? free(group) : known;
        if (block > 0xFF) {
            throw fail.apply("more private creators than a group has blocks");
        }
        if (known == null) {
            owed.put(group | block, creator);
            reserved(group | block, creator);
        }
        return group | block << 8 | (blockless & 0xFF);
    }

    private int free(int group) {
        int block = 0x10;
        while (creators.containsKey(group | block)) {
            block++;
        }
        return block;
    }

    private void reserved(int tag, String creator) {
        creators.put(tag, creator);
        blocks.putIfAbsent(new Key(tag & 0xFFFF0000, creator), tag & 0xFF);
    }

    /** Takes note of an element that reserves a block. */
    void met(int tag, String creator, Function<String, DicomFormatException> fail) {
        String given = owed.remove(tag);
        if (given != null && !given.equals(creator)) {
            throw fail.apply("a private creator after elements of another that were given its block");
        }
        reserved(tag, creator);
    }

    /** Hands out what is still to be reserved. */
    void reserve(BiConsumer<Integer, String> element) {
        owed.forEach(element);
    }
}
