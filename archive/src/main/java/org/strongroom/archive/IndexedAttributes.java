package org.strongroom.archive;

import static org.strongroom.dicom.Attributes.*;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.strongroom.dicom.Attribute;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;

/**
 * Which attributes stand in which row of the index: those of PS3.4 C.6.1.1 and C.6.2.1, and those of the modules of the
 * patient, study and series (PS3.3 C.7.1 to C.7.3, C.7.5) that people look for. A study's row holds its patient's
 * attributes too, as they stood in the first instance of the study. All else is read from the object.
 */
public final class IndexedAttributes {
    /** Longest value a row keeps: 16 times what PS3.5 section 6.2 allows for most. */
    private static final long MAX_VALUE_BYTES = 1024;
    /** Largest row; one that is larger, which takes hostile sequences, keeps no sequences. */
    private static final int MAX_ROW_BYTES = 16 * 1024;

    private static final List<Attribute<?>> PATIENT = List.of(
            PatientName,
            PatientID,
            IssuerOfPatientID,
            TypeOfPatientID,
            IssuerOfPatientIDQualifiersSequence,
            PatientBirthDate,
            PatientBirthTime,
            PatientSex,
            OtherPatientIDs,
            OtherPatientNames,
            OtherPatientIDsSequence,
            PatientBirthName,
            PatientMotherBirthName,
            EthnicGroup,
            PatientComments,
            PatientSpeciesDescription,
            PatientBreedDescription,
            ResponsiblePerson,
            ResponsiblePersonRole,
            PatientSexNeutered,
            QualityControlSubject,
            PatientIdentityRemoved,
            ReferencedPatientSequence);

    private static final List<Attribute<?>> STUDY = List.of(
            StudyInstanceUID,
            StudyDate,
            StudyTime,
            AccessionNumber,
            IssuerOfAccessionNumberSequence,
            StudyID,
            StudyDescription,
            ReferringPhysicianName,
            ReferringPhysicianIdentificationSequence,
            ConsultingPhysicianName,
            PhysiciansOfRecord,
            NameOfPhysiciansReadingStudy,
            ProcedureCodeSequence,
            ReferencedStudySequence,
            AdmittingDiagnosesDescription,
            AdmittingDiagnosesCodeSequence,
            PatientAge,
            PatientSize,
            PatientWeight,
            Occupation,
            AdditionalPatientHistory,
            MedicalAlerts,
            Allergies,
            SmokingStatus,
            PregnancyStatus,
            LastMenstrualDate,
            PatientState,
            AdmissionID,
            IssuerOfAdmissionIDSequence,
            RequestingService,
            RequestingPhysician,
            RequestedProcedureDescription,
            RequestedProcedureCodeSequence,
            TimezoneOffsetFromUTC,
            ClinicalTrialSponsorName,
            ClinicalTrialProtocolID,
            ClinicalTrialSubjectID,
            ClinicalTrialSiteID,
            StudyStatusID,
            StudyPriorityID,
            CurrentPatientLocation);

    private static final List<Attribute<?>> SERIES = List.of(
            SeriesInstanceUID,
            Modality,
            SeriesNumber,
            SeriesDescription,
            SeriesDescriptionCodeSequence,
            SeriesDate,
            SeriesTime,
            BodyPartExamined,
            Laterality,
            PatientPosition,
            ProtocolName,
            PerformingPhysicianName,
            OperatorsName,
            InstitutionName,
            InstitutionAddress,
            InstitutionCodeSequence,
            InstitutionalDepartmentName,
            StationName,
            Manufacturer,
            ManufacturerModelName,
            DeviceSerialNumber,
            SoftwareVersions,
            PerformedProcedureStepStartDate,
            PerformedProcedureStepStartTime,
            PerformedProcedureStepEndDate,
            PerformedProcedureStepEndTime,
            PerformedProcedureStepID,
            PerformedProcedureStepDescription,
            PerformedProtocolCodeSequence,
            ReferencedPerformedProcedureStepSequence,
            RequestAttributesSequence,
            FrameOfReferenceUID,
            PositionReferenceIndicator,
            AnatomicRegionSequence,
            PresentationIntentType,
            CommentsOnThePerformedProcedureStep,
            ContrastBolusAgent);

    /** Not stored in the sealed row but counted or collected while instances arrive. */
    private static final List<Attribute<?>> COUNTED_BY_PATIENT =
            List.of(NumberOfPatientRelatedStudies, NumberOfPatientRelatedSeries, NumberOfPatientRelatedInstances);

    private static final List<Attribute<?>> COUNTED_BY_STUDY =
            List.of(ModalitiesInStudy, SOPClassesInStudy, NumberOfStudyRelatedSeries, NumberOfStudyRelatedInstances);

    private static final List<Attribute<?>> COUNTED_BY_SERIES = List.of(NumberOfSeriesRelatedInstances);

    private static final Map<Tag, Level> LEVELS = levels();

    private IndexedAttributes() {}

    private static Map<Tag, Level> levels() {
        Map<Tag, Level> levels = new HashMap<>();
        PATIENT.forEach(attribute -> levels.put(attribute.tag(), Level.PATIENT));
        COUNTED_BY_PATIENT.forEach(attribute -> levels.put(attribute.tag(), Level.PATIENT));
        STUDY.forEach(attribute -> levels.put(attribute.tag(), Level.STUDY));
        COUNTED_BY_STUDY.forEach(attribute -> levels.put(attribute.tag(), Level.STUDY));
        SERIES.forEach(attribute -> levels.put(attribute.tag(), Level.SERIES));
        COUNTED_BY_SERIES.forEach(attribute -> levels.put(attribute.tag(), Level.SERIES));
        return Map.copyOf(levels);
    }

    /** The level an attribute describes; IMAGE for all that no row of a level above holds. */
    public static Level level(Tag tag) {
        return LEVELS.getOrDefault(tag, Level.IMAGE);
    }

    /** Whether the attribute is counted over the patient's studies rather than stored. */
    public static boolean isPatientCount(Tag tag) {
        return COUNTED_BY_PATIENT.stream().anyMatch(attribute -> attribute.tag().equals(tag));
    }

    /** What the row of a study holds of the head of an instance. */
    public static DataSet study(DataSet head) {
        List<Attribute<?>> both = new ArrayList<>(PATIENT);
        both.addAll(STUDY);
        return row(head, both);
    }

    /** What the row of a series holds of the head of an instance. */
    public static DataSet series(DataSet head) {
        return row(head, SERIES);
    }

    private static DataSet row(DataSet head, List<Attribute<?>> attributes) {
        DataSet all = row(head, attributes, true);
        return all.toBytes(TransferSyntax.ExplicitVRLittleEndian).length <= MAX_ROW_BYTES
                ? all
                : row(head, attributes, false);
    }

    private static DataSet row(DataSet head, List<Attribute<?>> attributes, boolean sequences) {
        DataSet row = declaring(head);
        for (Attribute<?> attribute : attributes) {
            Optional<Element> element = head.element(attribute.tag());
            if (element.isPresent() && fits(element.get(), sequences)) {
                row = row.withElementOf(head, attribute.tag());
            }
        }
        return row;
    }

    /** A row declares the character set of its texts, also where it was only assumed of the head's. */
    private static DataSet declaring(DataSet head) {
        DataSet declared = DataSet.empty().withElementOf(head, SpecificCharacterSet.tag());
        return declared.characterSet().equals(head.characterSet())
                ? declared
                : DataSet.empty().recoded(head.characterSet());
    }

    private static boolean fits(Element element, boolean sequences) {
        return switch (element) {
            case Element.Encoded value -> value.bytes().byteSize() <= MAX_VALUE_BYTES;
            case Element.Sequence _ -> sequences;
            case Element.Fragments _, Element.Bulk _ -> false;
        };
    }
}
