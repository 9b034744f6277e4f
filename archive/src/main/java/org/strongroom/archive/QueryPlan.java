package org.strongroom.archive;

import static org.strongroom.dicom.Attributes.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.VR;

/**
 * A query taken apart for a database: where to look (tokens and days of studies), what to compare at each level, and
 * what can't be done. Both adapters follow it, so that they answer alike.
 *
 * <p>An attribute of a level above the query's is compared with the row above. One of a level below can't be compared: with a
 * value it is ignored and reported, since there may be more answers than were asked for, and the door answers with FF01 (PS3.4
 * C.4.1.1.4). Without a value it asks for nothing and narrows nothing: it comes back empty and is not reported.
 */
public final class QueryPlan {
    /** What the door fills in, or what is no attribute of anything stored. */
    private static final Set<Tag> OF_THE_DOOR = Set.of(
            SpecificCharacterSet.tag(),
            QueryRetrieveLevel.tag(),
            RetrieveAETitle.tag(),
            InstanceAvailability.tag(),
            TimezoneOffsetFromUTC.tag());

    private static final int NO_DAY = 0;
    private static final int LAST_DAY = Integer.MAX_VALUE;

    private final Query query;
    private final Pace pace;
    private final List<long[]> tokens = new ArrayList<>();
    private final List<Criterion> study = new ArrayList<>();
    private final List<Criterion> patientCounts = new ArrayList<>();
    private final List<Criterion> series = new ArrayList<>();
    private final List<Criterion> instance = new ArrayList<>();
    private final List<Criterion> head = new ArrayList<>();
    private final Set<Tag> returned = new TreeSet<>();
    private final Set<Tag> ignored = new TreeSet<>();
    private int firstDay = NO_DAY;
    private int lastDay = LAST_DAY;

    private QueryPlan(Query query, Pace pace) {
        this.query = query;
        this.pace = pace;
    }

    /** At this pace values are compared; whoever follows the plan keeps to it too. */
    public static QueryPlan of(Query query, StudyTokens tokens, Pace pace) {
        QueryPlan plan = new QueryPlan(query, pace);
        query.matches().forEach(match -> plan.add(match, tokens));
        plan.addReturned();
        return plan;
    }

    private void add(Match match, StudyTokens studyTokens) {
        Tag tag = match.tag();
        if (OF_THE_DOOR.contains(tag) || Criterion.isUniversal(match)) {
            return;
        }
        Level level = IndexedAttributes.level(tag);
        if (level.compareTo(query.level()) > 0) {
            ignored.add(tag);
            return;
        }
        Criterion criterion = Criterion.of(match, pace);
        switch (level) {
            case PATIENT -> (IndexedAttributes.isPatientCount(tag) ? patientCounts : study).add(criterion);
            case STUDY -> study.add(criterion);
            case SERIES -> series.add(criterion);
            case IMAGE -> (InstanceRow.has(tag) ? instance : head).add(criterion);
        }
        tokens.addAll(studyTokens.of(tag.equals(Modality.tag()) ? inStudy(match) : match));
        if (tag.equals(StudyDate.tag())) {
            addDays(match);
        }
    }

    /** A series of a modality stands in a study that has it. */
    private static Match inStudy(Match match) {
        return match instanceof Match.Single single ? new Match.Single(ModalitiesInStudy.tag(), single.value()) : match;
    }

    private void addDays(Match match) {
        switch (match) {
            case Match.Single single -> between(Moment.day(single.value()), Moment.day(single.value()));
            case Match.Range range ->
                between(
                        range.from().map(Moment::day).orElse(NO_DAY + 1),
                        range.to().map(Moment::day).orElse(LAST_DAY));
            case Match.Wildcard _, Match.UidList _, Match.Sequence _ -> {}
        }
    }

    private void between(int first, int last) {
        firstDay = Math.max(firstDay, first);
        lastDay = Math.min(lastDay, last);
    }

    private void addReturned() {
        for (Tag tag : query.returnKeys()) {
            if (!OF_THE_DOOR.contains(tag) && tag.element() != 0) {
                returned.add(tag);
            }
        }
        returned.add(PatientID.tag());
        for (Level level : Level.values()) {
            if (level.compareTo(query.level()) <= 0) {
                returned.add(
                        switch (level) {
                            case PATIENT -> PatientID.tag();
                            case STUDY -> StudyInstanceUID.tag();
                            case SERIES -> SeriesInstanceUID.tag();
                            case IMAGE -> SOPInstanceUID.tag();
                        });
            }
        }
    }

    public Pace pace() {
        return pace;
    }

    public Level level() {
        return query.level();
    }

    /** Of each of these arrays a matching study has at least one token; no arrays: tokens narrow nothing. */
    public List<long[]> tokens() {
        return tokens;
    }

    /** The first day, see {@link #day}, that a matching study may have; 0 when those without a date may match. */
    public int firstDay() {
        return firstDay;
    }

    /** The last day that a matching study may have. */
    public int lastDay() {
        return lastDay;
    }

    /** The number under which a study's date is ordered; 0 for none. Below 2^22. */
    public static int day(String studyDate) {
        return Moment.day(studyDate);
    }

    public boolean matches(StudyRow row) {
        return all(study, row);
    }

    public boolean matches(SeriesRow row) {
        return all(series, row);
    }

    public boolean matches(InstanceRow row) {
        return all(instance, row);
    }

    public boolean matches(PatientCounts counts) {
        return all(patientCounts, counts);
    }

    /** Compares what only the object's head tells. */
    public boolean matchesHead(Values values) {
        return all(head, values);
    }

    private static boolean all(List<Criterion> criteria, Values row) {
        for (Criterion criterion : criteria) {
            if (!criterion.matches(row)) {
                return false;
            }
        }
        return true;
    }

    /** Whether an answer takes more than the index has of an instance. */
    public boolean needsHead() {
        return query.level() == Level.IMAGE
                && (!head.isEmpty()
                        || returned.stream()
                                .anyMatch(tag -> IndexedAttributes.level(tag) == Level.IMAGE && !InstanceRow.has(tag)));
    }

    public boolean needsPatientCounts() {
        return !patientCounts.isEmpty() || returned.stream().anyMatch(IndexedAttributes::isPatientCount);
    }

    /** Attributes of an answer, in order. */
    Set<Tag> returned() {
        return returned;
    }

    /** Keys of the query that hold a value and could not be compared at its level. */
    public Set<Tag> ignored() {
        return ignored;
    }

    /** How values of an attribute are encoded where no row has them. */
    static VR vr(Tag tag) {
        return Criterion.vr(tag);
    }
}
