package org.strongroom.archive;

import java.util.List;
import java.util.Optional;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;

/** One matching key, PS3.4 C.2.2.2. Universal matching is the absence of a key. Prints no value. */
public sealed interface Match {
    Tag tag();

    /** Single value matching, C.2.2.2.1; person names are compared folded (case, accents), other text exactly. */
    record Single(Tag tag, String value) implements Match {
        @Override
        public String toString() {
            return tag + " single";
        }
    }

    /** List of UID matching, C.2.2.2.2. */
    record UidList(Tag tag, List<Uid> uids) implements Match {
        @Override
        public String toString() {
            return tag + " uids=" + uids.size();
        }
    }

    /** Wild card matching with * and ?, C.2.2.2.4. */
    record Wildcard(Tag tag, String pattern) implements Match {
        @Override
        public String toString() {
            return tag + " wildcard";
        }
    }

    /** Range matching of DA, TM or DT, C.2.2.2.5; both ends inclusive, at least one present. */
    record Range(Tag tag, Optional<String> from, Optional<String> to) implements Match {
        @Override
        public String toString() {
            return tag + " range";
        }
    }

    /** Sequence matching, C.2.2.2.6: an item matches all. */
    record Sequence(Tag tag, List<Match> item) implements Match {
        @Override
        public String toString() {
            return tag + " sequence";
        }
    }
}
