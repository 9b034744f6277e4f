package org.strongroom.guard;

import java.util.List;
import java.util.Optional;
import org.strongroom.dicom.Uid;

/** What is asked for, in terms of the archive and not of a protocol. */
public sealed interface Action {
    /** Storing any number of instances: one association, or one import. */
    record Store(String source) implements Action {}

    /**
     * One query, at PATIENT, STUDY, SERIES or IMAGE level.
     *
     * @param keys names of the matching attributes, not their values
     * @param reason why a person asks; devices give none
     */
    record Query(String level, List<String> keys, Optional<String> reason) implements Action {
        public Query {
            keys = List.copyOf(keys);
        }

        public Query(String level, List<String> keys) {
            this(level, keys, Optional.empty());
        }

        /** Without the reason, which may name a patient. */
        @Override
        public String toString() {
            return "query level=" + level + " keys=" + keys.size();
        }
    }

    /**
     * Reading whole instances: one C-GET, C-MOVE or export. Hierarchical keys (PS3.4 C.4.2.1.4): the lists below the given
     * level are empty.
     *
     * @param destination AE title or place the instances go to
     */
    record Retrieve(
            Optional<String> patientId,
            List<Uid> studies,
            List<Uid> series,
            List<Uid> instances,
            String destination,
            Optional<String> reason)
            implements Action {
        /** Counts only. */
        @Override
        public String toString() {
            return "retrieve studies=" + studies.size() + " series=" + series.size() + " instances=" + instances.size();
        }
    }

    /** A change of devices, policy or keys, a check of the archive, or a call to a device in the archive's name. */
    record Administer(String command) implements Action {
        /** Without the command, which may hold a reason that names a patient. */
        @Override
        public String toString() {
            return "administer";
        }
    }
}
