package org.strongroom.archive;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DataSetBuilder;
import org.strongroom.dicom.SpecificCharacterSet;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.VR;

/**
 * What an answer is made of: the rows that matched, from the study down to the query's level.
 *
 * @param head elements before the bulk, where the query takes them
 */
public record Answer(
        StudyRow study,
        Optional<PatientCounts> patient,
        Optional<SeriesRow> series,
        Optional<InstanceRow> instance,
        Optional<DataSet> head) {
    /** Most bytes of all values of an answer together; what devices ask for comes to some hundreds. */
    static final int LONGEST = 256 << 10;

    private static final Tag CHARACTER_SET = Attributes.SpecificCharacterSet.tag();

    public Answer(StudyRow study) {
        this(study, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    public Answer with(PatientCounts counts) {
        return new Answer(study, Optional.of(counts), series, instance, head);
    }

    public Answer with(SeriesRow row) {
        return new Answer(study, patient, Optional.of(row), instance, head);
    }

    public Answer with(InstanceRow row) {
        return new Answer(study, patient, series, Optional.of(row), head);
    }

    public Answer with(DataSet elements) {
        return new Answer(study, patient, series, instance, Optional.of(elements));
    }

    /**
     * The identifier of a response, PS3.4 C.4.1.1.3.2: what was asked for, of zero length where nothing is known, in the
     * character set the values came in; in UTF-8 where they came in several. Of zero length too is what does not fit into
     * an answer of {@link #LONGEST}.
     */
    public DataSet identifier(QueryPlan plan) {
        Map<Tag, DataSet> sources = new LinkedHashMap<>();
        long length = 0;
        for (Tag tag : plan.returned()) {
            Optional<DataSet> source = stored(tag, plan.level());
            int more = source.map(dataSet -> dataSet.valueLength(tag)).orElse(0);
            if (source.isPresent() && length + more <= LONGEST) {
                sources.put(tag, source.get());
                length += more;
            }
        }
        DataSetBuilder identifier = new DataSetBuilder(inCharacterSetOf(sources.values()));
        for (Tag tag : plan.returned()) {
            DataSet source = sources.get(tag);
            if (source != null) {
                identifier.copy(source, tag);
            } else {
                addComputed(identifier, tag, plan.level());
            }
        }
        return identifier.build();
    }

    private static DataSet inCharacterSetOf(Collection<DataSet> sources) {
        Set<SpecificCharacterSet> sets = new LinkedHashSet<>();
        sources.forEach(source -> sets.add(source.characterSet()));
        if (sets.size() > 1) {
            return DataSet.empty().recoded(SpecificCharacterSet.UTF_8);
        }
        if (sources.isEmpty()) {
            return DataSet.empty();
        }
        DataSet declared = DataSet.empty().withElementOf(sources.iterator().next(), CHARACTER_SET);
        // A head may be under an assumed set, which it does not declare.
        return sets.contains(declared.characterSet())
                ? declared
                : DataSet.empty().recoded(sets.iterator().next());
    }

    /**
     * The data set that has this attribute as it was received; none for one of a level below the asked: a patient has no
     * study's date, though the row of one study stands for the patient here.
     */
    private Optional<DataSet> stored(Tag tag, Level asked) {
        Level level = IndexedAttributes.level(tag);
        if (level.compareTo(asked) > 0) {
            return Optional.empty();
        }
        Optional<DataSet> row = switch (level) {
            case PATIENT, STUDY -> Optional.of(study.attributes());
            case SERIES -> series.map(SeriesRow::attributes);
            case IMAGE -> InstanceRow.has(tag) && head.isEmpty() ? Optional.empty() : head;
        };
        return row.filter(dataSet -> dataSet.contains(tag));
    }

    private void addComputed(DataSetBuilder identifier, Tag tag, Level asked) {
        VR vr = QueryPlan.vr(tag);
        Level level = IndexedAttributes.level(tag);
        Optional<? extends Values> row = level.compareTo(asked) > 0
                ? Optional.empty()
                : IndexedAttributes.isPatientCount(tag)
                        ? patient
                        : switch (level) {
                            case PATIENT, STUDY -> Optional.of(study);
                            case SERIES -> series;
                            case IMAGE -> instance;
                        };
        List<String> values = row.map(known -> known.text(tag)).orElse(List.of());
        if (values.isEmpty()) {
            identifier.empty(tag, vr);
        } else {
            identifier.text(tag, vr, values);
        }
    }
}
