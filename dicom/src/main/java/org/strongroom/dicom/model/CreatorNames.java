package org.strongroom.dicom.model;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.Tag;

/** The private creators of one data set by which a reader finds their blocks again; each group is looked at once. */
final class CreatorNames {
    /** LO has 64 characters. A longer one, written with each of its elements, would make much of a little. */
    private static final int LONGEST_BYTES = 1024;

    private final DataSet dataSet;
    private final Map<Tag, String> names = new HashMap<>();
    private int lookedAt = -1;

    CreatorNames(DataSet dataSet) {
        this.dataSet = dataSet;
    }

    /** Of a private element; empty where none names its block, or an earlier block of the group has the same. */
    String of(Tag tag) {
        int block = tag.element() >>> 8;
        if (block < 0x10) {
            return "";
        }
        if (tag.group() != lookedAt) {
            lookedAt = tag.group();
            if (!names.containsKey(Tag.of(lookedAt, 0))) {
                names.put(Tag.of(lookedAt, 0), "");
                lookAt(lookedAt);
            }
        }
        return names.getOrDefault(Tag.of(tag.group(), block), "");
    }

    private void lookAt(int group) {
        Set<String> seen = new HashSet<>();
        for (int block = 0x10; block <= 0xFF; block++) {
            Tag creator = Tag.of(group, block);
            Optional<String> name = name(creator);
            if (name.isPresent() && seen.add(name.get())) {
                byte[] text = name.get().getBytes(StandardCharsets.UTF_8);
                names.put(creator, XmlOut.fits(text, 0, text.length) ? name.get() : "");
            }
        }
    }

    private Optional<String> name(Tag creator) {
        boolean fits = dataSet.element(creator).orElse(null) instanceof Element.Encoded encoded
                && encoded.bytes().byteSize() <= LONGEST_BYTES;
        List<String> text = fits ? dataSet.text(creator) : List.of();
        return text.size() == 1 && !text.getFirst().isEmpty() ? Optional.of(text.getFirst()) : Optional.empty();
    }
}
