package org.strongroom.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.strongroom.dicom.Attributes.PatientID;
import static org.strongroom.dicom.Attributes.QueryRetrieveLevel;
import static org.strongroom.dicom.Attributes.SOPInstanceUID;
import static org.strongroom.dicom.Attributes.SeriesInstanceUID;
import static org.strongroom.dicom.Attributes.StudyInstanceUID;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.strongroom.dicom.Attribute;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Uid;
import org.strongroom.guard.Action;

class RetrieveBuilderTest {
    private static final Uid ONE = new Uid("1.2.1");
    private static final Uid TWO = new Uid("1.2.2");

    @Test
    void a_study_is_named_by_its_uid_alone_in_study_root() {
        DataSet identifier = text(text(level("STUDY"), StudyInstanceUID, "1.2.1"), PatientID, "somebody");
        assertThat(ready(InformationModel.STUDY_ROOT, identifier))
                .isEqualTo(retrieve(Optional.empty(), List.of(ONE), List.of(), List.of()));
    }

    @Test
    void several_may_be_named_at_the_level_itself() {
        DataSet identifier = text(level("STUDY"), StudyInstanceUID, "1.2.1", "1.2.2");
        assertThat(ready(InformationModel.STUDY_ROOT, identifier).studies()).containsExactly(ONE, TWO);
    }

    @Test
    void a_list_is_bounded() {
        String[] most = Collections.nCopies(4096, "1.2.1").toArray(String[]::new);
        assertThat(ready(InformationModel.STUDY_ROOT, text(level("STUDY"), StudyInstanceUID, most))
                        .studies())
                .hasSize(4096);
        String[] more = Collections.nCopies(4097, "1.2.1").toArray(String[]::new);
        assertThat(bad(InformationModel.STUDY_ROOT, text(level("STUDY"), StudyInstanceUID, more))
                        .elements())
                .containsExactly(StudyInstanceUID.tag());
    }

    @Test
    void keys_below_the_level_are_ignored() {
        DataSet identifier = text(text(level("STUDY"), StudyInstanceUID, "1.2.1"), SeriesInstanceUID, "1.2.2");
        assertThat(ready(InformationModel.STUDY_ROOT, identifier).series()).isEmpty();
    }

    @Test
    void a_whole_patient_needs_patient_root() {
        DataSet identifier = text(level("PATIENT"), PatientID, "P1");
        assertThat(ready(InformationModel.PATIENT_ROOT, identifier))
                .isEqualTo(retrieve(Optional.of("P1"), List.of(), List.of(), List.of()));
        assertThat(bad(InformationModel.STUDY_ROOT, identifier).elements()).containsExactly(QueryRetrieveLevel.tag());
        assertThat(bad(InformationModel.PATIENT_ROOT, text(level("PATIENT"), PatientID, "*"))
                        .elements())
                .containsExactly(PatientID.tag());
    }

    @Test
    void the_levels_above_are_single_values() {
        DataSet image = text(level("IMAGE"), SOPInstanceUID, "1.2.1", "1.2.2");
        assertThat(bad(InformationModel.STUDY_ROOT, image).elements()).containsExactly(StudyInstanceUID.tag());
        DataSet whole = text(text(image, StudyInstanceUID, "1.2.1"), SeriesInstanceUID, "1.2.2");
        assertThat(ready(InformationModel.STUDY_ROOT, whole))
                .isEqualTo(retrieve(Optional.empty(), List.of(ONE), List.of(TWO), List.of(ONE, TWO)));
        assertThat(bad(InformationModel.PATIENT_ROOT, whole).elements()).containsExactly(PatientID.tag());
        assertThat(bad(InformationModel.STUDY_ROOT, text(whole, StudyInstanceUID, "1.2.1", "1.2.2"))
                        .elements())
                .containsExactly(StudyInstanceUID.tag());
    }

    @Test
    void everything_is_never_retrieved_by_leaving_the_key_out() {
        for (String value : List.of("", "*", "1.2.*", "DROP TABLE")) {
            DataSet identifier = text(level("STUDY"), StudyInstanceUID, value);
            assertThat(bad(InformationModel.STUDY_ROOT, identifier).elements()).containsExactly(StudyInstanceUID.tag());
        }
        assertThat(bad(InformationModel.STUDY_ROOT, level("STUDY")).elements()).containsExactly(StudyInstanceUID.tag());
    }

    private static Action.Retrieve retrieve(
            Optional<String> patientId, List<Uid> studies, List<Uid> series, List<Uid> instances) {
        return new Action.Retrieve(patientId, studies, series, instances, "THERE", Optional.empty());
    }

    private static DataSet level(String level) {
        return text(DataSet.empty(), QueryRetrieveLevel, level);
    }

    private static DataSet text(DataSet identifier, Attribute<?> attribute, String... values) {
        return identifier.withText(attribute.tag(), attribute.vr(), List.of(values));
    }

    private static Action.Retrieve ready(InformationModel model, DataSet identifier) {
        return switch (RetrieveBuilder.build(model, identifier, "THERE")) {
            case Translated.Ready(Action.Retrieve action) -> action;
            case Translated.Bad(BadIdentifier why) -> throw new AssertionError(why.toString());
        };
    }

    private static BadIdentifier bad(InformationModel model, DataSet identifier) {
        return switch (RetrieveBuilder.build(model, identifier, "THERE")) {
            case Translated.Ready(Action.Retrieve _) -> throw new AssertionError("should be refused");
            case Translated.Bad(BadIdentifier why) -> why;
        };
    }
}
