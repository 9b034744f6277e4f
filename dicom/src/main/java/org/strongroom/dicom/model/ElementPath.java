package org.strongroom.dicom.model;

import java.util.Arrays;
import org.strongroom.dicom.Tag;

/**
 * Where an element stands: the tags and item numbers (from 1) from the outermost data set in. One that is handed to a
 * caller's function is that of the moment: keep {@link #toString} or {@link #pointer}, not the object.
 */
public final class ElementPath {
    private int[] tags = new int[4];
    private int[] items = new int[4];
    private int depth;

    ElementPath() {}

    /** The element itself. */
    public Tag tag() {
        return new Tag(tags[depth - 1]);
    }

    /** How many sequences the element is in. */
    public int nesting() {
        return depth - 1;
    }

    /** As {@code 00400555/1/00081160}: tags in hexadecimal and item numbers, as a URI can hold them. */
    public String pointer() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < depth; i++) {
            for (int shift = 28; shift >= 0; shift -= 4) {
                text.append(Character.toUpperCase(Character.forDigit((tags[i] >>> shift) & 15, 16)));
            }
            if (i < depth - 1) {
                text.append('/').append(items[i]).append('/');
            }
        }
        return text.toString();
    }

    void enter(int tag) {
        if (depth == tags.length) {
            tags = Arrays.copyOf(tags, depth * 2);
            items = Arrays.copyOf(items, depth * 2);
        }
        tags[depth] = tag;
        items[depth] = 0;
        depth++;
    }

    void item() {
        items[depth - 1]++;
    }

    void leave() {
        depth--;
    }

    /** As {@code (0040,0555)[1] (0008,1160)}, as errors have it; empty outside any element. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < depth; i++) {
            text.append(i == 0 ? "" : " ").append(new Tag(tags[i]));
            if (items[i] > 0) {
                text.append('[').append(items[i]).append(']');
            }
        }
        return text.toString();
    }
}
