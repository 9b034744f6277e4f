package org.strongroom.dicom;

import java.util.List;
import java.util.Optional;

/** The standard's data dictionary and UID registry, PS3.6, read from generated resources. */
public final class Dictionary {
    private Dictionary() {}

    public static Dictionary standard() {
        throw new IllegalStateException("being written");
    }

    /** One row of PS3.6 section 6; the first VR is the one used where several are allowed and nothing else tells. */
    public record Entry(Tag tag, List<VR> vrs, String multiplicity, String keyword, String name, boolean retired) {}

    /** Repeating groups (50xx, 60xx) included; empty for private and unknown tags. */
    public Optional<Entry> attribute(Tag tag) {
        throw new IllegalStateException("being written");
    }

    public Optional<Entry> keyword(String keyword) {
        throw new IllegalStateException("being written");
    }

    /** The name of a registered UID. */
    public Optional<String> uidName(Uid uid) {
        throw new IllegalStateException("being written");
    }

    /** All Storage SOP Classes of PS3.4 annex B and of PS3.6, retired ones included. */
    public List<Uid> storageSopClasses() {
        throw new IllegalStateException("being written");
    }

    /** All transfer syntaxes of PS3.6, retired ones included. */
    public List<Uid> transferSyntaxes() {
        throw new IllegalStateException("being written");
    }
}
