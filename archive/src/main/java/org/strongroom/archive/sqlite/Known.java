package org.strongroom.archive.sqlite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.strongroom.dicom.Uid;

/** What the writer remembers of the studies and series that instances are arriving for. */
final class Known {
    private static final int MOST = 4096;

    record Key(Uid study, Uid series) {}

    /** A study, and what of its row is not written yet. */
    static final class Study {
        final long id;
        final long order;
        final String patientId;
        final List<String> modalities;
        final List<Integer> classes;
        /** Of the last instance that came under another patient. */
        String otherPatient;

        long series;
        long instances;
        long bytes;
        boolean dirty;

        Study(long id, long order, String patientId, List<String> modalities, List<Integer> classes) {
            this.id = id;
            this.order = order;
            this.patientId = patientId;
            this.otherPatient = patientId;
            this.modalities = new ArrayList<>(modalities);
            this.classes = new ArrayList<>(classes);
        }
    }

    /** A series, likewise. */
    static final class Series {
        final long id;
        final Study study;
        final String firstUid;
        long instances;
        long bytes;
        boolean dirty;

        Series(long id, Study study, String firstUid) {
            this.id = id;
            this.study = study;
            this.firstUid = firstUid;
        }
    }

    private final Map<Uid, Study> studies = new HashMap<>();
    private final Map<Key, Series> series = new HashMap<>();
    private final Set<Uid> absent = new HashSet<>();

    Map<Uid, Study> studies() {
        return studies;
    }

    Map<Key, Series> series() {
        return series;
    }

    /** Studies that were looked for and are not there, so that a new one is looked for once. */
    Set<Uid> absent() {
        return absent;
    }

    /** To be called when nothing is dirty. */
    void trim() {
        if (studies.size() > MOST || series.size() > MOST) {
            // Together, since a series points to its study, of which there must be one.
            studies.clear();
            series.clear();
        }
        if (absent.size() > MOST) {
            absent.clear();
        }
    }
}
