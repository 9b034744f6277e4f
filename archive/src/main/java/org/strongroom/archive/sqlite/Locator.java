package org.strongroom.archive.sqlite;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
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

/** Finds the visible instances that hierarchical keys name (PS3.4 C.4.2.2.1), in one transaction of a reader. */
final class Locator {
    private record Numbered(int number, Located located) {}

    private record Series(long id, String first) {}

    private final Readers.Reader reader;
    private final Session session;
    private final Codes codes;
    private final List<Waiting> waiting;
    private final long[] runs;
    private final Action.Retrieve keys;
    private final List<Located> found = new ArrayList<>();

    Locator(Readers.Reader reader, Codes codes, List<Waiting> waiting, Action.Retrieve keys) throws SQLException {
        this.reader = reader;
        this.session = reader.session();
        this.codes = codes;
        this.waiting = waiting;
        this.runs = Postings.runs(session);
        this.keys = keys;
    }

    /** In the order of the studies named, or newest first of a patient; by series; by instance number. */
    List<Located> locate() throws SQLException, IOException {
        if (keys.studies().isEmpty()) {
            if (keys.patientId().isPresent()) {
                long token = reader.tokens()
                        .code(Attributes.PatientID.tag(), keys.patientId().get());
                addStudies(Postings.find(session, waiting, runs, token), Optional.empty());
            }
            return found;
        }
        for (Uid uid : new LinkedHashSet<>(keys.studies())) {
            long token = reader.tokens().code(Attributes.StudyInstanceUID.tag(), uid.value());
            addStudies(Postings.find(session, waiting, runs, token), Optional.of(uid));
        }
        return found;
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
        try (ResultSet row = session.query("SELECT id, first, uid FROM series WHERE study = ? ORDER BY id", study)) {
            while (row.next()) {
                if (wanted.isEmpty() || wanted.contains(row.getString(3))) {
                    series.add(new Series(row.getLong(1), row.getString(2)));
                }
            }
        }
        for (Series one : series) {
            List<Numbered> instances = keys.instances().isEmpty() ? all(one, uid) : named(one, uid);
            instances.sort(Comparator.comparingInt(Numbered::number));
            instances.forEach(instance -> found.add(instance.located));
        }
    }

    private List<Numbered> all(Series series, Uid study) throws SQLException {
        List<Numbered> instances = new ArrayList<>();
        try (ResultSet row = session.query("""
                SELECT pack, start, class, syntax, length, digest, uid, number FROM instance
                WHERE series = ? ORDER BY uid
                """, series.id)) {
            while (row.next()) {
                instances.add(numbered(row, study, PackedUid.unpack(series.first, row.getBytes(7))));
            }
        }
        return instances;
    }

    private List<Numbered> named(Series series, Uid study) throws SQLException {
        List<Numbered> instances = new ArrayList<>();
        for (Uid uid : new LinkedHashSet<>(keys.instances())) {
            try (ResultSet row = session.query("""
                    SELECT pack, start, class, syntax, length, digest, uid, number FROM instance
                    WHERE series = ? AND uid = ?
                    """, series.id, PackedUid.pack(series.first, uid))) {
                if (row.next()) {
                    instances.add(numbered(row, study, uid));
                }
            }
        }
        return instances;
    }

    private Numbered numbered(ResultSet row, Uid study, Uid uid) throws SQLException {
        int number = row.getInt(8);
        return new Numbered(row.wasNull() ? Integer.MAX_VALUE : number, Rows.located(row, codes, session, study, uid));
    }
}
