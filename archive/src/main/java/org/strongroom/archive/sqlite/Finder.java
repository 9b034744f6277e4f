package org.strongroom.archive.sqlite;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.strongroom.archive.Answer;
import org.strongroom.archive.InstanceRow;
import org.strongroom.archive.Level;
import org.strongroom.archive.PatientCounts;
import org.strongroom.archive.QueryPlan;
import org.strongroom.archive.SeriesRow;
import org.strongroom.archive.StudyRow;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Uid;

/**
 * Reads one page of the answers to a query, in one short transaction. Studies are visited newest first from where the
 * page before ended; their series and instances by key likewise. Studies and series that arrived after the query began
 * have higher row numbers and are passed over, so that nothing is answered twice or skipped.
 */
final class Finder {
    /** Answers of a page, about. */
    private static final int ANSWERS = 64;
    /** Rows looked at in a page, so that a query that finds little holds no transaction for long. */
    private static final int LOOKED_AT = 1000;
    /** Lists of more tokens than this are looked up once and not for each page. */
    private static final int MANY = 16;

    /** Between which rows the next answer is; the study at {@code order} itself belongs to what is left. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Cursor(long order, long series, byte[] instance) {
        static final byte[] NO_INSTANCE = {};
        static final Cursor START = new Cursor(Order.LAST, 0, NO_INSTANCE);
        static final Cursor END = new Cursor(Order.NONE, 0, NO_INSTANCE);

        boolean isEnd() {
            return order == Order.NONE;
        }

        static Cursor before(long order) {
            return order <= 0 ? END : new Cursor(order - 1, 0, NO_INSTANCE);
        }
    }

    /** The last rows that the query sees. */
    record Horizon(long study, long series) {}

    /** What a query keeps from page to page. */
    static final class Progress {
        private final QueryPlan plan;
        private final IdentityHashMap<long[], long[]> resolved = new IdentityHashMap<>();
        private @Nullable Horizon horizon;

        Progress(QueryPlan plan) {
            this.plan = plan;
        }
    }

    private record Candidate(long id, long order, long patient, StudyRow row) {}

    private final Progress progress;
    private final QueryPlan plan;
    private final Readers.Reader reader;
    private final Session session;
    private final Codes codes;
    private final List<Waiting> waiting;
    private final long[] runs;
    private final Horizon horizon;
    private final List<Answer> answers = new ArrayList<>();
    private int lookedAt;

    /** Inside a transaction of the reader that began after {@code waiting} was taken. */
    Finder(Progress progress, Readers.Reader reader, Codes codes, List<Waiting> waiting) throws SQLException {
        this.progress = progress;
        this.plan = progress.plan;
        this.reader = reader;
        this.session = reader.session();
        this.codes = codes;
        this.waiting = waiting;
        this.runs = Postings.runs(session);
        this.horizon = horizon();
    }

    private Horizon horizon() throws SQLException {
        Horizon known = progress.horizon;
        if (known == null) {
            known = new Horizon(
                    session.number(0, "SELECT max(id) FROM study"), session.number(0, "SELECT max(id) FROM series"));
            progress.horizon = known;
        }
        return known;
    }

    List<Answer> answers() {
        return answers;
    }

    /** Collects answers; where to go on. */
    Cursor page(Cursor from) throws SQLException, IOException {
        Places places = places();
        long floor = Order.beginOf(plan.firstDay());
        long limit = Math.min(from.order(), Order.endOf(plan.lastDay()));
        Cursor at = from;
        while (true) {
            long order = limit < floor ? Order.NONE : places.atMost(limit);
            if (order == Order.NONE || order < floor) {
                return Cursor.END;
            }
            Cursor here = at.order() == order ? at : new Cursor(order, 0, Cursor.NO_INSTANCE);
            if (isFull()) {
                return here;
            }
            Cursor left = study(order, here);
            if (left.order() == order) {
                return left;
            }
            at = left;
            limit = order - 1;
        }
    }

    private boolean isFull() {
        return answers.size() >= ANSWERS
                || lookedAt >= LOOKED_AT
                || (lookedAt > 0 && plan.pace().isTurnOver());
    }

    private Places places() throws SQLException {
        List<Places> all = new ArrayList<>();
        for (long[] any : plan.tokens()) {
            all.add(any.length > MANY ? Places.of(resolved(any)) : Postings.find(session, waiting, runs, any));
        }
        return all.isEmpty() ? new Places.OfDays(session) : Places.all(all, plan.pace());
    }

    /** Where the studies of a long list of UIDs are, looked up for the first page only. */
    private long[] resolved(long[] any) throws SQLException {
        long[] known = progress.resolved.get(any);
        if (known == null) {
            LongStream.Builder found = LongStream.builder();
            for (long token : any) {
                plan.pace().row();
                Places places = Postings.find(session, waiting, runs, token);
                for (long at = places.atMost(Order.LAST); at != Order.NONE; at = places.atMost(at - 1)) {
                    found.add(-at);
                }
            }
            known = found.build().sorted().distinct().map(order -> -order).toArray();
            progress.resolved.put(any, known);
        }
        return known;
    }

    /** Answers from one study; where to go on, which is in the same study if the page is full. */
    private Cursor study(long order, Cursor from) throws SQLException, IOException {
        lookedAt++;
        plan.pace().row();
        Cursor after = Cursor.before(order);
        Candidate candidate = Order.id(order) > horizon.study ? null : candidate(order);
        if (candidate == null || !plan.matches(candidate.row)) {
            return after;
        }
        Answer answer = new Answer(candidate.row);
        if (plan.level() == Level.PATIENT && !isNewestOfPatient(candidate)) {
            return after;
        }
        if (plan.needsPatientCounts()) {
            PatientCounts counts = counts(candidate);
            if (!plan.matches(counts)) {
                return after;
            }
            answer = answer.with(counts);
        }
        if (plan.level().compareTo(Level.STUDY) <= 0) {
            answers.add(answer);
            return after;
        }
        return series(answer, candidate, from, after);
    }

    private @Nullable Candidate candidate(long order) throws SQLException, IOException {
        long id = Order.id(order);
        try (ResultSet row = session.query(
                "SELECT patient, modalities, classes, series, instances, sealed FROM study WHERE id = ? AND day = ?",
                id,
                Order.day(order))) {
            if (!row.next()) {
                return null;
            }
            DataSet attributes = reader.seal().open("study", id, row.getBytes(6));
            List<String> classes = new ArrayList<>();
            for (int code : Rows.numbers(row.getString(3))) {
                classes.add(codes.uid(session, code).value());
            }
            StudyRow study =
                    new StudyRow(attributes, Rows.texts(row.getString(2)), classes, row.getLong(4), row.getLong(5));
            return new Candidate(id, order, row.getLong(1), study);
        }
    }

    /** The studies of a candidate's patient; none where the patient has no ID, and so no other study. */
    private Places ofPatient(Candidate candidate) {
        String patientId = Recorder.patientId(candidate.row.attributes());
        return patientId.isEmpty()
                ? Places.of(new long[] {candidate.order})
                : Postings.find(
                        session,
                        waiting,
                        runs,
                        reader.tokens().patient(patientId, Recorder.issuer(candidate.row.attributes())));
    }

    /** A patient is answered with the newest matching study, and so only once. */
    private boolean isNewestOfPatient(Candidate candidate) throws SQLException, IOException {
        Places places = ofPatient(candidate);
        for (long at = places.atMost(Order.LAST); at > candidate.order; at = places.atMost(at - 1)) {
            lookedAt++;
            plan.pace().row();
            Candidate other = Order.id(at) > horizon.study ? null : candidate(at);
            if (other != null && other.patient == candidate.patient && plan.matches(other.row)) {
                return false;
            }
        }
        return true;
    }

    private PatientCounts counts(Candidate candidate) throws SQLException {
        long studies = 0;
        long series = 0;
        long instances = 0;
        Places places = ofPatient(candidate);
        for (long at = places.atMost(Order.LAST); at != Order.NONE; at = places.atMost(at - 1)) {
            plan.pace().row();
            try (ResultSet row = session.query(
                    "SELECT series, instances FROM study WHERE id = ? AND patient = ?",
                    Order.id(at),
                    candidate.patient)) {
                if (row.next()) {
                    studies++;
                    series += row.getLong(1);
                    instances += row.getLong(2);
                }
            }
        }
        return new PatientCounts(studies, series, instances);
    }

    private Cursor series(Answer answer, Candidate study, Cursor from, Cursor after) throws SQLException, IOException {
        record Found(long id, String first, SeriesRow row) {}
        List<Found> found = new ArrayList<>();
        long last = from.series;
        boolean more = true;
        // The series a page ended in is read again, so that its instances go on.
        try (ResultSet row = session.query("""
                SELECT id, first, instances, sealed FROM series
                WHERE study = ? AND id >= ? AND id <= ? ORDER BY id LIMIT ?
                """, study.id, from.series, horizon.series, ANSWERS)) {
            int read = 0;
            while (row.next()) {
                last = row.getLong(1);
                read++;
                plan.pace().row();
                DataSet attributes = reader.seal().open("series", last, row.getBytes(4));
                SeriesRow series = new SeriesRow(attributes, row.getLong(3));
                if (plan.matches(series)) {
                    found.add(new Found(last, row.getString(2), series));
                }
            }
            lookedAt += read;
            more = read == ANSWERS;
        }
        for (Found series : found) {
            Answer with = answer.with(series.row);
            if (plan.level() == Level.SERIES) {
                answers.add(with);
                continue;
            }
            byte[] instance = series.id == from.series ? from.instance : Cursor.NO_INSTANCE;
            Cursor left = instances(with, study.order, series.id, series.first, instance);
            if (left.series == series.id || isFull()) {
                return left;
            }
        }
        return more ? new Cursor(study.order, last + 1, Cursor.NO_INSTANCE) : after;
    }

    /** Answers from one series; where to go on, which is the next series if this one is done. */
    private Cursor instances(Answer answer, long order, long series, String first, byte[] from) throws SQLException {
        byte[] last = from;
        int read = 0;
        Uid study = answer.study().attributes().get(Attributes.StudyInstanceUID).orElseThrow();
        try (ResultSet row = session.query("""
                SELECT pack, start, class, syntax, length, digest, uid, number FROM instance
                WHERE series = ? AND uid > ? ORDER BY uid LIMIT ?
                """, series, from, LOOKED_AT)) {
            while (row.next()) {
                read++;
                plan.pace().row();
                last = row.getBytes(7);
                Uid uid = PackedUid.unpack(first, last);
                int number = row.getInt(8);
                OptionalInt known = row.wasNull() ? OptionalInt.empty() : OptionalInt.of(number);
                InstanceRow instance = new InstanceRow(Rows.located(row, codes, session, study, uid), known);
                if (plan.matches(instance)) {
                    answers.add(answer.with(instance));
                }
            }
        }
        lookedAt += read;
        return read == LOOKED_AT ? new Cursor(order, series, last) : new Cursor(order, series + 1, Cursor.NO_INSTANCE);
    }
}
