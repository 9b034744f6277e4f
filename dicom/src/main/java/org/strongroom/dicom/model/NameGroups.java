package org.strongroom.dicom.model;

import java.io.ByteArrayOutputStream;

/** Puts a person's name together from its groups (PS3.5 section 6.2.1), which may come in any order. */
final class NameGroups implements ByteSink {
    private static final int COUNT = 3;

    private final ElementEncoder into;
    private final ByteArrayOutputStream[] groups = new ByteArrayOutputStream[COUNT];
    private final boolean[] seen = new boolean[COUNT];
    private int current;

    NameGroups(ElementEncoder into) {
        this.into = into;
        for (int i = 0; i < COUNT; i++) {
            groups[i] = new ByteArrayOutputStream();
        }
    }

    void start() {
        for (int i = 0; i < COUNT; i++) {
            groups[i].reset();
            seen[i] = false;
        }
    }

    /** What comes belongs to this group, 0 to 2; false where it had its turn. */
    boolean open(int group) {
        current = group;
        boolean fresh = !seen[group];
        seen[group] = true;
        return fresh;
    }

    @Override
    public void put(byte[] bytes, int from, int length) {
        into.checkRoom(length + groups[0].size() + groups[1].size() + groups[2].size());
        groups[current].write(bytes, from, length);
    }

    /** Puts the value: groups with = between, none after the last. */
    void end() {
        int last = COUNT - 1;
        while (last >= 0 && groups[last].size() == 0) {
            last--;
        }
        for (int i = 0; i <= last; i++) {
            if (i > 0) {
                into.put('=');
            }
            byte[] bytes = groups[i].toByteArray();
            into.text(bytes, 0, bytes.length);
        }
    }
}
