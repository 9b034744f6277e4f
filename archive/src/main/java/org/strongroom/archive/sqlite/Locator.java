package org.strongroom.archive.sqlite;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.strongroom.archive.Located;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Uid;
import org.strongroom.guard.Action;

/** Finds the series, or the instances in them, that hierarchical keys name (PS3.4 C.4.2.2.1), in one transaction of a reader. */
final class Locator {
    /** What the keys name: series as a whole, or instances. */
    record Found(List<Series> series, List<Located> instances) {}

    /** A series with so many instances; {@code first} is what their UIDs are packed with. */
    record Series(Uid study, long id, String first, long count) {}

    private final Readers.Reader reader;
    private final Session session;
    private final Codes codes;
    private final List<Waiting> waiting;
    private final long[] runs;
    private final Action.Retrieve keys;
    private final List<Series> found = new ArrayList<>();
    private final List<Located> named = new ArrayList<>();

    Locator(Readers.Reader reader, Codes codes, List<Waiting> waiting, Action.Retrieve keys) throws SQLException {
        this.reader = reader;
        this.session = reader.session();
        this.codes = codes;
        this.waiting = waiting;
        this.runs = Postings.runs(session);
        this.keys = keys;
    }

    /** In the order of the studies named, or newest first of a patient; by series; by instance number. */
    Found locate() throws SQLException, IOException {
        find();
        return new Found(found, named);
    }

    private void find() throws SQLException, IOException {
        if (keys.studies().isEmpty()) {
            if (keys.patientId().isPresent()) {
                long token = reader.tokens()
                        .code(Attributes.PatientID.tag(), keys.patientId().get());
                addStudies(Postings.find(session, waiting, runs, token), Optional.empty());
            }
            return;
        }
        for (Uid uid : new LinkedHashSet<>(keys.studies())) {
            long token = reader.tokens().code(Attributes.StudyInstanceUID.tag(), uid.value());
            addStudies(Postings.find(session, waiting, runs, token), Optional.of(uid));
        }
    }

    private void addStudies(Places places, Optional<Uid> uid) throws SQLException, IOException {
        for (long at = places.atMost(Order.LAST); at != Order.NONE; at = places.atMost(at - 1)) {
            long id = Order.id(at);
            Optional<Uid> found = meant(id, uid);
            if (found.isPresent()) {
                addStudy(id, found.get());
            }
        }
    }

    /** The UID of a study that the keys mean. In a patient's studies the sealed row says which it is, not the plain column. */
    private Optional<Uid> meant(long study, Optional<Uid> uid) throws SQLException, IOException {
        try (ResultSet row = session.query("SELECT uid, sealed FROM study WHERE id = ?", study)) {
            if (!row.next()
                    || (uid.isPresent() && !row.getString(1).equals(uid.get().value()))) {
                return Optional.empty();
            }
            String patientId = keys.patientId().orElse("").strip();
            if (patientId.isEmpty()) {
                return uid;
            }
            DataSet attributes = reader.seal().open("study", study, row.getBytes(2));
            Optional<Uid> sealed = attributes.get(Attributes.StudyInstanceUID);
            if (sealed.isEmpty() || !sealed.get().value().equals(row.getString(1))) {
                throw new IOException("study row " + study + " of the index does not agree with its sealed part:"
                        + " it was altered or is damaged");
            }
            return Recorder.patientId(attributes).equals(patientId) ? sealed : Optional.empty();
        }
    }

    private void addStudy(long study, Uid uid) throws SQLException {
        Set<String> wanted = new HashSet<>();
        keys.series().forEach(named -> wanted.add(named.value()));
        List<Series> series = new ArrayList<>();
        try (ResultSet row =
                session.query("SELECT id, first, uid, instances FROM series WHERE study = ? ORDER BY id", study)) {
            while (row.next()) {
                if (wanted.isEmpty() || wanted.contains(row.getString(3))) {
                    series.add(new Series(uid, row.getLong(1), row.getString(2), row.getLong(4)));
                }
            }
        }
        if (keys.instances().isEmpty()) {
            found.addAll(series);
        } else {
            for (Series one : series) {
                addNamed(one);
            }
        }
    }

    private void addNamed(Series series) throws SQLException {
        List<Numbered> instances = new ArrayList<>();
        for (Uid uid : new LinkedHashSet<>(keys.instances())) {
            try (ResultSet row = session.query("""
                    SELECT pack, start, class, syntax, length, digest, uid, number FROM instance
                    WHERE series = ? AND uid = ?
                    """, series.id(), PackedUid.pack(series.first(), uid))) {
                if (row.next()) {
                    instances.add(Numbered.of(row, session, codes, series.study(), uid));
                }
            }
        }
        named.addAll(Numbered.sorted(instances));
    }
}
