package org.strongroom.dicom.validate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.Tag;

/**
 * A data set on its way through the checks: the outermost or an item, and what stands around it.
 *
 * @param sequence where the item stands; null for the outermost
 * @param item its number from 1
 * @param bulk for the outermost: the element at which reading ended; null where all was read
 */
record Level(
        DataSet elements,
        @Nullable Level parent,
        @Nullable Tag sequence,
        int item,
        @Nullable Bulk bulk) {
    /** A longer value is not looked through for being all spaces. */
    private static final int SHORT = 256;

    static Level root(DataSet elements, @Nullable Bulk bulk) {
        return new Level(elements, null, null, 0, bulk);
    }

    Level root() {
        Level level = this;
        for (Level next = parent; next != null; next = next.parent) {
            level = next;
        }
        return level;
    }

    List<Level> items(Tag tag) {
        List<Level> levels = new ArrayList<>();
        for (DataSet one : elements.items(tag)) {
            levels.add(new Level(one, this, tag, levels.size() + 1, null));
        }
        return levels;
    }

    boolean has(Tag tag) {
        return elements.contains(tag) || (bulk != null && bulk.tag().equals(tag));
    }

    /** Whether the element is there with more than padding. */
    boolean hasValue(Tag tag) {
        if (!elements.contains(tag)) {
            return bulk != null && bulk.tag().equals(tag) && bulk.length() != 0;
        }
        int length = elements.valueLength(tag);
        if (length > SHORT) {
            return true;
        }
        Optional<Element> element = elements.element(tag);
        return element.isPresent()
                && switch (element.get()) {
                    case Element.Sequence sequence -> !sequence.items().isEmpty();
                    case Element.Encoded encoded ->
                        encoded.bytes().byteSize() > 0
                                && !(encoded.vr().isText() && elements.text(tag).isEmpty());
                    case Element.Fragments _, Element.Bulk _ -> true;
                };
    }

    List<String> text(Tag tag) {
        return elements.text(tag);
    }

    /** The values at this level, or at the nearest around it that has the attribute. */
    List<String> inherited(Tag tag) {
        for (Level level = this; level != null; level = level.parent) {
            if (level.elements.contains(tag)) {
                return level.elements.text(tag);
            }
        }
        return List.of();
    }

    /** A whole number; empty where there is none. */
    Optional<Long> number(Tag tag) {
        List<String> values = elements.text(tag);
        String first = values.isEmpty() ? "" : values.getFirst().strip();
        return first.matches("[+-]?[0-9]{1,18}") ? Optional.of(Long.parseLong(first)) : Optional.empty();
    }

    String path(@Nullable Tag tag, boolean numbered) {
        StringBuilder path = new StringBuilder();
        prefix(path, numbered);
        if (tag != null) {
            path.append(path.isEmpty() ? "" : " ").append(tag);
        }
        return path.toString();
    }

    private void prefix(StringBuilder path, boolean numbered) {
        List<Level> levels = new ArrayList<>();
        for (Level level = this; level != null; level = level.parent) {
            levels.add(level);
        }
        for (Level level : levels.reversed()) {
            if (level.sequence != null) {
                path.append(path.isEmpty() ? "" : " ").append(level.sequence);
                if (numbered) {
                    path.append('[').append(level.item).append(']');
                }
            }
        }
    }
}
