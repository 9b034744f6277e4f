package org.strongroom.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.strongroom.dicom.Attributes.AccessionNumber;
import static org.strongroom.dicom.Attributes.InstanceNumber;
import static org.strongroom.dicom.Attributes.ModalitiesInStudy;
import static org.strongroom.dicom.Attributes.Modality;
import static org.strongroom.dicom.Attributes.PatientID;
import static org.strongroom.dicom.Attributes.PatientName;
import static org.strongroom.dicom.Attributes.QueryRetrieveLevel;
import static org.strongroom.dicom.Attributes.RequestAttributesSequence;
import static org.strongroom.dicom.Attributes.ScheduledProcedureStepID;
import static org.strongroom.dicom.Attributes.SeriesInstanceUID;
import static org.strongroom.dicom.Attributes.SpecificCharacterSet;
import static org.strongroom.dicom.Attributes.StudyDate;
import static org.strongroom.dicom.Attributes.StudyDescription;
import static org.strongroom.dicom.Attributes.StudyInstanceUID;
import static org.strongroom.dicom.Attributes.StudyTime;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.strongroom.archive.Level;
import org.strongroom.archive.Match;
import org.strongroom.dicom.Attribute;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DataSetBuilder;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;
import org.strongroom.gateway.BadIdentifier.Fault;
import org.strongroom.gateway.QueryBuilder.Question;

class QueryBuilderTest {
    private static final Tag OPAQUE = Tag.of(0x0029, 0x1010);
    private static final Tag ACQUISITION_DATE_TIME = Tag.of(0x0008, 0x002A);

    @Test
    void an_empty_key_is_returned_and_matches_everything() {
        Question question = ready(studies().withEmpty(PatientName.tag(), VR.PN));
        assertThat(question.query().matches()).isEmpty();
        assertThat(question.query().returnKeys()).containsExactly(PatientName.tag());
        assertThat(question.unsupported()).isEmpty();
    }

    @Test
    void steering_elements_are_no_keys() {
        Question question = ready(text(studies(), SpecificCharacterSet, "ISO_IR 100"));
        assertThat(question.query().returnKeys()).isEmpty();
        assertThat(question.query().level()).isEqualTo(Level.STUDY);
    }

    @Test
    void one_value_is_matched_as_it_is() {
        assertThat(matches(text(studies(), AccessionNumber, "A17")))
                .containsExactly(new Match.Single(AccessionNumber.tag(), "A17"));
    }

    @Test
    void stars_alone_are_universal_in_any_key() {
        DataSet identifier = text(text(text(studies(), PatientName, "*"), StudyDate, "*"), StudyDescription, "**");
        assertThat(matches(identifier)).isEmpty();
    }

    @Test
    void wild_cards_are_taken_where_the_vr_allows_them() {
        assertThat(matches(text(studies(), PatientName, "DOE^J?N*")))
                .containsExactly(new Match.Wildcard(PatientName.tag(), "DOE^J?N*"));
        assertThat(bad(text(studies(), StudyDate, "2020*")).fault()).isEqualTo(Fault.CANNOT_UNDERSTAND);
        assertThat(bad(text(studies(), StudyInstanceUID, "1.2.*")).elements()).containsExactly(StudyInstanceUID.tag());
    }

    @Test
    void a_list_of_uids_is_a_list() {
        DataSet identifier = studies().withText(StudyInstanceUID.tag(), VR.UI, List.of("1.2.3", "1.2.4"));
        assertThat(matches(identifier))
                .containsExactly(
                        new Match.UidList(StudyInstanceUID.tag(), List.of(new Uid("1.2.3"), new Uid("1.2.4"))));
    }

    @Test
    void a_list_of_codes_is_one_key_of_which_one_must_match() {
        assertThat(matches(studies().withText(ModalitiesInStudy.tag(), VR.CS, List.of("CT", "MR"))))
                .containsExactly(new Match.Single(ModalitiesInStudy.tag(), "CT\\MR"));
    }

    @Test
    void a_list_of_anything_else_is_refused_and_so_is_one_with_wild_cards() {
        BadIdentifier names = bad(studies().withText(PatientName.tag(), VR.PN, List.of("DOE", "ROE")));
        assertThat(names.fault()).isEqualTo(Fault.CANNOT_UNDERSTAND);
        assertThat(names.elements()).containsExactly(PatientName.tag());
        BadIdentifier codes = bad(studies().withText(ModalitiesInStudy.tag(), VR.CS, List.of("CT", "M*")));
        assertThat(codes.fault()).isEqualTo(Fault.CANNOT_UNDERSTAND);
        assertThat(codes.elements()).containsExactly(ModalitiesInStudy.tag());
    }

    @Test
    void dates_and_times_may_be_ranges_open_at_either_end() {
        assertThat(matches(text(studies(), StudyDate, "20200101-20201231")))
                .containsExactly(range(StudyDate, "20200101", "20201231"));
        assertThat(matches(text(studies(), StudyDate, "-20201231")))
                .containsExactly(new Match.Range(StudyDate.tag(), Optional.empty(), Optional.of("20201231")));
        assertThat(matches(text(studies(), StudyTime, "1200-")))
                .containsExactly(new Match.Range(StudyTime.tag(), Optional.of("1200"), Optional.empty()));
        assertThat(matches(text(studies(), StudyTime, "101530.25-1130")))
                .containsExactly(range(StudyTime, "101530.25", "1130"));
        assertThat(matches(text(studies(), StudyDate, "20200101")))
                .containsExactly(new Match.Single(StudyDate.tag(), "20200101"));
    }

    @Test
    void dates_of_acr_nema_are_understood() {
        assertThat(matches(text(studies(), StudyDate, "1997.02.03-1997.02.04")))
                .containsExactly(range(StudyDate, "19970203", "19970204"));
    }

    @Test
    void what_is_no_date_is_refused_without_repeating_it() {
        for (String value : List.of(
                "-", "2020", "20200101-20200102-20200103", "20200101 to now", "20201301", "20200132", "20209999-")) {
            BadIdentifier why = bad(text(studies(), StudyDate, value));
            assertThat(why.fault()).isEqualTo(Fault.CANNOT_UNDERSTAND);
            assertThat(why.elements()).containsExactly(StudyDate.tag());
            assertThat(why.comment()).doesNotContain("20").hasSizeLessThanOrEqualTo(64);
        }
    }

    @Test
    void a_hyphen_in_a_date_time_may_be_an_offset() {
        DataSet offset = images().withText(ACQUISITION_DATE_TIME, VR.DT, List.of("20200101120000-0500"));
        assertThat(KeyMatching.of(offset, ACQUISITION_DATE_TIME))
                .isEqualTo(new KeyMatching.Key.Matched(new Match.Single(ACQUISITION_DATE_TIME, "20200101120000-0500")));
        DataSet range = images().withText(ACQUISITION_DATE_TIME, VR.DT, List.of("20200101-2021"));
        assertThat(KeyMatching.of(range, ACQUISITION_DATE_TIME))
                .isEqualTo(new KeyMatching.Key.Matched(
                        new Match.Range(ACQUISITION_DATE_TIME, Optional.of("20200101"), Optional.of("2021"))));
    }

    @Test
    void a_sequence_key_matches_by_its_one_item() {
        DataSet item = text(DataSet.empty(), ScheduledProcedureStepID, "S1");
        DataSet identifier = series().withItems(RequestAttributesSequence.tag(), List.of(item));
        assertThat(matches(identifier))
                .contains(new Match.Sequence(
                        RequestAttributesSequence.tag(),
                        List.of(new Match.Single(ScheduledProcedureStepID.tag(), "S1"))));
        DataSet universal = series().withItems(
                        RequestAttributesSequence.tag(),
                        List.of(DataSet.empty().withEmpty(ScheduledProcedureStepID.tag(), VR.SH)));
        assertThat(matches(universal)).noneMatch(Match.Sequence.class::isInstance);
        assertThat(bad(series().withItems(RequestAttributesSequence.tag(), List.of(item, item)))
                        .elements())
                .containsExactly(RequestAttributesSequence.tag());
    }

    @Test
    void unique_keys_above_the_level_are_single_values() {
        assertThat(bad(level("SERIES")).elements()).containsExactly(StudyInstanceUID.tag());
        assertThat(bad(level("SERIES").withText(StudyInstanceUID.tag(), VR.UI, List.of("1.2", "1.3")))
                        .fault())
                .isEqualTo(Fault.DOES_NOT_MATCH_MODEL);
        assertThat(bad(text(level("IMAGE"), StudyInstanceUID, "1.2")).elements())
                .containsExactly(SeriesInstanceUID.tag());
        assertThat(matches(series()))
                .containsExactly(new Match.UidList(StudyInstanceUID.tag(), List.of(new Uid("1.2"))));
    }

    @Test
    void patient_root_asks_for_the_patient_above_the_study() {
        assertThat(bad(InformationModel.PATIENT_ROOT, level("STUDY")).elements())
                .containsExactly(PatientID.tag());
        assertThat(bad(InformationModel.PATIENT_ROOT, text(level("STUDY"), PatientID, "P*"))
                        .elements())
                .containsExactly(PatientID.tag());
        assertThat(ready(InformationModel.PATIENT_ROOT, level("PATIENT"))
                        .query()
                        .level())
                .isEqualTo(Level.PATIENT);
    }

    @Test
    void study_root_has_no_patient_level() {
        BadIdentifier why = bad(level("PATIENT"));
        assertThat(why.fault()).isEqualTo(Fault.DOES_NOT_MATCH_MODEL);
        assertThat(why.elements()).containsExactly(QueryRetrieveLevel.tag());
        assertThat(bad(DataSet.empty()).elements()).containsExactly(QueryRetrieveLevel.tag());
        assertThat(bad(level("FRAME")).elements()).containsExactly(QueryRetrieveLevel.tag());
    }

    @Test
    void keys_of_levels_above_are_matched_too() {
        assertThat(matches(text(series(), PatientName, "DOE^JANE")))
                .contains(new Match.Single(PatientName.tag(), "DOE^JANE"));
    }

    @Test
    void keys_without_a_comparable_value_are_named_and_left_out() {
        byte[] unknown = {0x29, 0, 0x10, 0x10, 'U', 'N', 0, 0, 2, 0, 0, 0, 'a', 'b'};
        DataSet opaque = DataSet.read(unknown, TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT);
        Question question = ready(
                text(studies(), Modality, "CT").withElementOf(opaque, OPAQUE).withEmpty(InstanceNumber.tag(), VR.IS));
        assertThat(question.query().matches()).containsExactly(new Match.Single(Modality.tag(), "CT"));
        assertThat(question.unsupported()).containsExactly(OPAQUE);
        assertThat(question.query().returnKeys())
                .containsExactlyInAnyOrder(Modality.tag(), OPAQUE, InstanceNumber.tag());
    }

    private static DataSet level(String level) {
        return text(DataSet.empty(), QueryRetrieveLevel, level);
    }

    private static DataSet studies() {
        return level("STUDY");
    }

    private static DataSet series() {
        return text(level("SERIES"), StudyInstanceUID, "1.2");
    }

    private static DataSet images() {
        return text(text(level("IMAGE"), StudyInstanceUID, "1.2"), SeriesInstanceUID, "1.3");
    }

    private static DataSet text(DataSet identifier, Attribute<?> attribute, String value) {
        return identifier.withText(attribute.tag(), attribute.vr(), List.of(value));
    }

    @Test
    void as_many_keys_as_the_limit_are_taken_and_one_more_is_refused() {
        assertThat(ready(keys(QueryLimits.KEYS - 1)).query().returnKeys()).hasSize(QueryLimits.KEYS - 1);
        for (int count : List.of(QueryLimits.KEYS, 30_000)) {
            BadIdentifier bad = bad(keys(count));
            assertThat(bad.fault()).isEqualTo(Fault.CANNOT_UNDERSTAND);
            assertThat(bad.comment()).contains("512 keys").hasSizeLessThanOrEqualTo(64);
        }
    }

    /** Beside the level. */
    private static DataSet keys(int count) {
        DataSetBuilder keys = new DataSetBuilder(studies());
        for (int i = 0; i < count; i++) {
            keys.empty(Tag.of(0x0021, 0x1000 + i), VR.LO);
        }
        return keys.build();
    }

    @Test
    void keys_of_items_and_items_count_too() {
        DataSet item = keys(250).without(QueryRetrieveLevel);
        Tag sequence = RequestAttributesSequence.tag();
        assertThat(bad(studies().withItems(sequence, List.of(item, item))).comment())
                .contains("a sequence key");
        assertThat(bad(studies().withItems(sequence, List.of(item, item, item))).comment())
                .contains("512 keys");
        assertThat(bad(studies().withItems(sequence, Collections.nCopies(30_000, DataSet.empty())))
                        .comment())
                .contains("512 keys");
        DataSet nested = DataSet.empty().with(PatientID, "1");
        for (int depth = 0; depth < 60; depth++) {
            nested = DataSet.empty().withItems(sequence, List.of(nested));
        }
        assertThat(matches(studies().withItems(sequence, List.of(nested)))).hasSize(1);
    }

    @Test
    void patterns_values_and_lists_have_a_longest() {
        Tag text = Tag.of(0x0040, 0xA160);
        String name = "*" + "a".repeat(QueryLimits.PATTERN - 1);
        assertThat(matches(text(studies(), PatientName, name))).hasSize(1);
        assertThat(bad(text(studies(), PatientName, name + "a")).comment()).contains("256");
        String note = "*" + "a".repeat(QueryLimits.TEXT_PATTERN - 1);
        assertThat(matches(studies().withText(text, VR.UT, List.of(note)))).hasSize(1);
        assertThat(bad(studies().withText(text, VR.UT, List.of(note + "a"))).elements())
                .containsExactly(text);
        String value = "a".repeat(QueryLimits.VALUE);
        assertThat(matches(studies().withText(text, VR.UT, List.of(value)))).hasSize(1);
        assertThat(bad(studies().withText(text, VR.UT, List.of(value + "a"))).comment())
                .contains("10240");
        assertThat(bad(text(studies(), StudyDate, "2".repeat(65))).comment()).contains("64");
        List<String> uids = Collections.nCopies(QueryLimits.UIDS, "1.2");
        assertThat(matches(studies().withText(StudyInstanceUID.tag(), VR.UI, uids)))
                .hasSize(1);
        List<String> more = Collections.nCopies(QueryLimits.UIDS + 1, "1.2");
        assertThat(bad(studies().withText(StudyInstanceUID.tag(), VR.UI, more)).comment())
                .contains("4096");
        List<String> codes = Collections.nCopies(QueryLimits.CODES + 1, "CT");
        assertThat(bad(studies().withText(ModalitiesInStudy.tag(), VR.CS, codes))
                        .comment())
                .contains("256");
    }

    @Test
    void patterns_have_a_longest_together() {
        DataSet identifier = studies();
        for (int i = 0; i < QueryLimits.PATTERNS / QueryLimits.PATTERN; i++) {
            identifier = identifier.withText(
                    Tag.of(0x0021, 0x1000 + i), VR.LO, List.of("*" + "a".repeat(QueryLimits.PATTERN - 1)));
        }
        assertThat(matches(identifier)).hasSize(16);
        assertThat(bad(text(identifier, PatientName, "a*")).comment()).contains("4096");
    }

    private static Match range(Attribute<?> attribute, String from, String to) {
        return new Match.Range(attribute.tag(), Optional.of(from), Optional.of(to));
    }

    private static List<Match> matches(DataSet identifier) {
        return ready(identifier).query().matches();
    }

    private static Question ready(DataSet identifier) {
        return ready(InformationModel.STUDY_ROOT, identifier);
    }

    private static Question ready(InformationModel model, DataSet identifier) {
        return switch (QueryBuilder.build(model, identifier)) {
            case Translated.Ready(Question question) -> question;
            case Translated.Bad(BadIdentifier why) -> throw new AssertionError(why.toString());
        };
    }

    private static BadIdentifier bad(DataSet identifier) {
        return bad(InformationModel.STUDY_ROOT, identifier);
    }

    private static BadIdentifier bad(InformationModel model, DataSet identifier) {
        return switch (QueryBuilder.build(model, identifier)) {
            case Translated.Ready(Question question) -> throw new AssertionError(question.toString());
            case Translated.Bad(BadIdentifier why) -> why;
        };
    }
}
