package org.strongroom.archive.sqlite;

import static org.strongroom.dicom.Attributes.InstanceNumber;
import static org.strongroom.dicom.Attributes.IssuerOfPatientID;
import static org.strongroom.dicom.Attributes.ModalitiesInStudy;
import static org.strongroom.dicom.Attributes.Modality;
import static org.strongroom.dicom.Attributes.PatientID;
import static org.strongroom.dicom.Attributes.SOPClassesInStudy;
import static org.strongroom.dicom.Attributes.SeriesInstanceUID;
import static org.strongroom.dicom.Attributes.SpecificCharacterSet;
import static org.strongroom.dicom.Attributes.StudyDate;
import static org.strongroom.dicom.Attributes.StudyInstanceUID;

import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.strongroom.archive.Entry;
import org.strongroom.archive.Index.Recorded;
import org.strongroom.archive.IndexedAttributes;
import org.strongroom.archive.Located;
import org.strongroom.archive.QueryPlan;
import org.strongroom.archive.SealedRows;
import org.strongroom.archive.StudyTokens;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Uid;

/**
 * Writes rows. The first instance of a study or series says what its row says; later ones add to modalities, SOP classes
 * and counts, which are written at the commit and not for each instance. All methods run under the writer's lock.
 */
final class Recorder {
    /** Kind of a conflict: a study came under another patient. */
    static final int OTHER_PATIENT = 2;

    private static final System.Logger LOG = System.getLogger(Recorder.class.getName());

    private final Session session;
    private final Postings postings;
    private final Codes codes;
    private final SealedRows seal;
    private final StudyTokens tokens;
    private final Versions versions;
    private final Known known = new Known();
    private final List<Known.Study> dirtyStudies = new ArrayList<>();
    private final List<Known.Series> dirtySeries = new ArrayList<>();
    /** Tokens of the entry at hand, written together. */
    private final List<Long> pendingTokens = new ArrayList<>();

    private long lastStudy;
    private long lastSeries;
    private long lastPatient;

    Recorder(Session session, Postings postings, Codes codes, SealedRows seal, StudyTokens tokens) throws SQLException {
        this.session = session;
        this.postings = postings;
        this.codes = codes;
        this.seal = seal;
        this.tokens = tokens;
        this.versions = new Versions(session, codes);
        this.lastStudy = session.number(0, "SELECT max(id) FROM study");
        this.lastSeries = session.number(0, "SELECT max(id) FROM series");
        this.lastPatient = session.number(0, "SELECT max(id) FROM patient");
    }

    Recorded record(Entry entry) throws SQLException, IOException {
        Known.Series series = series(entry);
        byte[] uid = PackedUid.pack(series.firstUid, entry.sopInstance());
        int sopClass = codes.number(session, entry.sopClass());
        if (!insert(series, uid, sopClass, entry)) {
            return versions.add(series, uid, sopClass, entry);
        }
        Known.Study study = series.study;
        series.instances++;
        series.bytes += entry.dataSetLength();
        study.instances++;
        study.bytes += entry.dataSetLength();
        if (!study.classes.contains(sopClass)) {
            study.classes.add(sopClass);
            pendingTokens.add(
                    tokens.code(SOPClassesInStudy.tag(), entry.sopClass().value()));
        }
        markDirty(series);
        notePatient(study, entry);
        writeTokens(study);
        return Recorded.STORED;
    }

    private boolean insert(Known.Series series, byte[] uid, int sopClass, Entry entry) throws SQLException {
        PreparedStatement statement = session.prepare("""
                INSERT OR IGNORE INTO instance (series, uid, class, syntax, pack, start, length, digest, number)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """);
        statement.setLong(1, series.id);
        statement.setBytes(2, uid);
        statement.setInt(3, sopClass);
        statement.setInt(4, codes.number(session, entry.syntax().uid()));
        statement.setInt(5, entry.place().pack());
        statement.setLong(6, entry.place().offset());
        statement.setLong(7, entry.dataSetLength());
        statement.setLong(8, entry.digest().prefix());
        Optional<Integer> number = entry.head().get(InstanceNumber);
        if (number.isPresent()) {
            statement.setInt(9, number.get());
        } else {
            statement.setNull(9, Types.INTEGER);
        }
        return statement.executeUpdate() == 1;
    }

    /** All versions of an instance, the visible one first. */
    List<Located> versions(Uid studyUid, Uid seriesUid, Uid sopInstance) throws SQLException, IOException {
        Optional<Known.Series> series = findSeries(studyUid, seriesUid);
        return series.isPresent()
                ? versions.of(series.get(), PackedUid.pack(series.get().firstUid, sopInstance), studyUid, sopInstance)
                : List.of();
    }

    private Known.Series series(Entry entry) throws SQLException, IOException {
        Optional<Known.Series> found = findSeries(entry.study(), entry.series());
        return found.isPresent() ? found.get() : newSeries(study(entry), entry);
    }

    private Optional<Known.Series> findSeries(Uid studyUid, Uid seriesUid) throws SQLException, IOException {
        Known.Key key = new Known.Key(studyUid, seriesUid);
        Known.Series series = known.series().get(key);
        if (series != null) {
            return Optional.of(series);
        }
        Known.Study study = findStudy(studyUid);
        if (study == null) {
            return Optional.empty();
        }
        try (ResultSet row = session.query(
                "SELECT id, first, instances, bytes FROM series WHERE study = ? AND uid = ?",
                study.id,
                seriesUid.value())) {
            if (!row.next()) {
                return Optional.empty();
            }
            series = new Known.Series(row.getLong(1), study, row.getString(2));
            series.instances = row.getLong(3);
            series.bytes = row.getLong(4);
        }
        known.series().put(key, series);
        return Optional.of(series);
    }

    private Known.Series newSeries(Known.Study study, Entry entry) throws SQLException {
        long id = ++lastSeries;
        DataSet attributes = IndexedAttributes.series(entry.head());
        session.update(
                "INSERT INTO series (id, study, uid, first, instances, bytes, sealed) VALUES (?, ?, ?, ?, 0, 0, ?)",
                id,
                study.id,
                entry.series().value(),
                entry.sopInstance().value(),
                seal.seal("series", id, attributes));
        study.series++;
        pendingTokens.add(tokens.code(SeriesInstanceUID.tag(), entry.series().value()));
        for (String modality : attributes.text(Modality.tag())) {
            String code = modality.strip();
            if (!code.isEmpty() && !study.modalities.contains(code)) {
                study.modalities.add(code);
                pendingTokens.add(tokens.code(ModalitiesInStudy.tag(), code));
            }
        }
        Known.Series series = new Known.Series(id, study, entry.sopInstance().value());
        known.series().put(new Known.Key(entry.study(), entry.series()), series);
        return series;
    }

    private Known.Study study(Entry entry) throws SQLException, IOException {
        Known.Study study = findStudy(entry.study());
        return study != null ? study : newStudy(entry);
    }

    private Known.@Nullable Study findStudy(Uid uid) throws SQLException, IOException {
        Known.Study study = known.studies().get(uid);
        if (study != null || known.absent().contains(uid)) {
            return study;
        }
        Places places = postings.find(tokens.code(StudyInstanceUID.tag(), uid.value()));
        for (long at = places.atMost(Order.LAST); at != Order.NONE; at = places.atMost(at - 1)) {
            study = loadStudy(uid, at);
            if (study != null) {
                known.studies().put(uid, study);
                return study;
            }
        }
        known.absent().add(uid);
        return null;
    }

    private Known.@Nullable Study loadStudy(Uid uid, long order) throws SQLException, IOException {
        long id = Order.id(order);
        try (ResultSet row = session.query(
                "SELECT modalities, classes, series, instances, bytes, sealed FROM study WHERE id = ? AND uid = ?",
                id,
                uid.value())) {
            if (!row.next()) {
                return null;
            }
            DataSet attributes = seal.open("study", id, row.getBytes(6));
            Known.Study study = new Known.Study(
                    id, order, patientId(attributes), Rows.texts(row.getString(1)), Rows.numbers(row.getString(2)));
            study.series = row.getLong(3);
            study.instances = row.getLong(4);
            study.bytes = row.getLong(5);
            return study;
        }
    }

    private Known.Study newStudy(Entry entry) throws SQLException, IOException {
        DataSet attributes = IndexedAttributes.study(entry.head());
        long id = ++lastStudy;
        int day = attributes.get(StudyDate).map(QueryPlan::day).orElse(0);
        session.update("""
                INSERT INTO study (id, uid, patient, day, modalities, classes, series, instances, bytes, sealed)
                VALUES (?, ?, ?, ?, '', '', 0, 0, 0, ?)
                """, id, entry.study().value(), patient(attributes), day, seal.seal("study", id, attributes));
        Arrays.stream(tokens.of(attributes)).forEach(pendingTokens::add);
        Known.Study study = new Known.Study(id, Order.of(day, id), patientId(attributes), List.of(), List.of());
        known.studies().put(entry.study(), study);
        known.absent().remove(entry.study());
        return study;
    }

    /**
     * The patient with this ID of this issuer. A study without a Patient ID has a patient of its own: two unknown persons
     * are not one.
     */
    private long patient(DataSet study) throws SQLException, IOException {
        String patientId = patientId(study);
        String issuer = issuer(study);
        if (!patientId.isEmpty()) {
            long token = tokens.patient(patientId, issuer);
            Places places = postings.find(token);
            for (long at = places.atMost(Order.LAST); at != Order.NONE; at = places.atMost(at - 1)) {
                long patient = session.number(0, "SELECT patient FROM study WHERE id = ?", Order.id(at));
                if (patient > 0 && isPatient(patient, patientId, issuer)) {
                    pendingTokens.add(token);
                    return patient;
                }
            }
            pendingTokens.add(token);
        }
        long id = ++lastPatient;
        DataSet attributes = DataSet.empty()
                .withElementOf(study, SpecificCharacterSet.tag())
                .withElementOf(study, PatientID.tag())
                .withElementOf(study, IssuerOfPatientID.tag());
        session.update("INSERT INTO patient (id, sealed) VALUES (?, ?)", id, seal.seal("patient", id, attributes));
        return id;
    }

    private boolean isPatient(long id, String patientId, String issuer) throws SQLException, IOException {
        try (ResultSet row = session.query("SELECT sealed FROM patient WHERE id = ?", id)) {
            if (!row.next()) {
                return false;
            }
            DataSet attributes = seal.open("patient", id, row.getBytes(1));
            return patientId(attributes).equals(patientId) && issuer(attributes).equals(issuer);
        }
    }

    static String patientId(DataSet study) {
        return study.get(PatientID).orElse("").strip();
    }

    static String issuer(DataSet study) {
        return study.get(IssuerOfPatientID).orElse("").strip();
    }

    /** A study stays with its first patient; that it came under another one too is listed once for each of those. */
    private void notePatient(Known.Study study, Entry entry) throws SQLException {
        String patientId = patientId(entry.head());
        if (patientId.equals(study.patientId) || patientId.equals(study.otherPatient)) {
            return;
        }
        study.otherPatient = patientId;
        long token = tokens.code(PatientID.tag(), patientId);
        long listed = session.number(
                0,
                "SELECT count(*) FROM conflict WHERE study = ? AND kind = " + OTHER_PATIENT + " AND token = ?",
                study.id,
                token);
        if (listed > 0) {
            return;
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "study.conflict place=\"" + entry.place()
                        + "\" what=\"its study came as that of another person before, and stays so\"");
        long id = 1 + session.number(0, "SELECT max(id) FROM conflict");
        session.update(
                "INSERT INTO conflict (id, kind, study, token, series, received, sealed) VALUES (?, " + OTHER_PATIENT
                        + ", ?, ?, 0, ?, ?)",
                id,
                study.id,
                token,
                entry.received().toEpochMilli(),
                seal.seal("conflict", id, IndexedAttributes.study(entry.head())));
    }

    private void writeTokens(Known.Study study) throws SQLException {
        if (!pendingTokens.isEmpty()) {
            postings.add(
                    study.order,
                    pendingTokens.stream()
                            .mapToLong(Long::longValue)
                            .sorted()
                            .distinct()
                            .toArray());
            pendingTokens.clear();
        }
    }

    private void markDirty(Known.Series series) {
        if (!series.dirty) {
            series.dirty = true;
            dirtySeries.add(series);
        }
        if (!series.study.dirty) {
            series.study.dirty = true;
            dirtyStudies.add(series.study);
        }
    }

    /** Writes what the rows of studies and series have gained; called before each commit. */
    void writeCounts() throws SQLException {
        for (Known.Series series : dirtySeries) {
            session.update(
                    "UPDATE series SET instances = ?, bytes = ? WHERE id = ?",
                    series.instances,
                    series.bytes,
                    series.id);
            series.dirty = false;
        }
        for (Known.Study study : dirtyStudies) {
            session.update(
                    """
                    UPDATE study SET modalities = ?, classes = ?, series = ?, instances = ?, bytes = ? WHERE id = ?
                    """,
                    String.join("\\", study.modalities),
                    Rows.text(study.classes),
                    study.series,
                    study.instances,
                    study.bytes,
                    study.id);
            study.dirty = false;
        }
        dirtySeries.clear();
        dirtyStudies.clear();
        known.trim();
    }
}
