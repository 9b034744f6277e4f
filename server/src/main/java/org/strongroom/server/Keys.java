package org.strongroom.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.strongroom.archive.Level;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.Uids;
import org.strongroom.dicom.VR;
import org.strongroom.gateway.BadIdentifier;
import org.strongroom.gateway.InformationModel;
import picocli.CommandLine.Option;

/** The identifier of a query or retrieval as options: level, model, keys by keyword or tag. */
final class Keys {
    @Option(
            names = {"-l", "--level"},
            paramLabel = "LEVEL",
            description = "patient, study, series or image (default: study)")
    private Level level = Level.STUDY;

    @Option(
            names = "-k",
            paramLabel = "KEY=VALUE",
            description =
                    "attribute by keyword or tag, as PatientName=DOE*, 0008,0060=CT; without value it is only returned")
    private List<String> keys = new ArrayList<>();

    Level level() {
        return level;
    }

    boolean isEmpty() {
        return keys.isEmpty();
    }

    /** SOP class of a service and information model, PS3.4 C.3: patient root for level patient, else study root. */
    Uid model(Service service) {
        boolean patient = level == Level.PATIENT;
        return switch (service) {
            case FIND ->
                patient
                        ? Uids.PatientRootQueryRetrieveInformationModelFind
                        : Uids.StudyRootQueryRetrieveInformationModelFind;
            case MOVE ->
                patient
                        ? Uids.PatientRootQueryRetrieveInformationModelMove
                        : Uids.StudyRootQueryRetrieveInformationModelMove;
            case GET ->
                patient
                        ? Uids.PatientRootQueryRetrieveInformationModelGet
                        : Uids.StudyRootQueryRetrieveInformationModelGet;
        };
    }

    InformationModel informationModel() {
        return level == Level.PATIENT ? InformationModel.PATIENT_ROOT : InformationModel.STUDY_ROOT;
    }

    enum Service {
        FIND,
        MOVE,
        GET
    }

    /** @param returned attributes asked for beside those given */
    DataSet identifier(Set<Tag> returned) {
        DataSet identifier = DataSet.empty()
                .with(Attributes.SpecificCharacterSet, "ISO_IR 192")
                .with(Attributes.QueryRetrieveLevel, level.name());
        for (Tag tag : returned) {
            identifier = identifier.withEmpty(tag, vr(tag));
        }
        for (String key : keys) {
            int equals = key.indexOf('=');
            Tag tag = tag(equals < 0 ? key : key.substring(0, equals));
            String value = equals < 0 ? "" : key.substring(equals + 1);
            identifier = value.isEmpty()
                    ? identifier.withEmpty(tag, vr(tag))
                    : with(identifier, tag, List.of(value.split("\\\\", -1)));
        }
        return identifier;
    }

    private static DataSet with(DataSet identifier, Tag tag, List<String> values) {
        if (vr(tag) == VR.SQ) {
            throw Failure.misuse("-k " + name(tag) + ": a sequence takes no value here");
        }
        try {
            return identifier.withText(tag, vr(tag), values);
        } catch (IllegalArgumentException e) {
            throw Failure.misuse("-k " + name(tag) + ": the value does not fit " + vr(tag));
        }
    }

    /** For the audit log, as {@code Action.Query} and {@code Action.Retrieve} have it: names, and values that identify. */
    String recorded() {
        return keys.stream()
                .map(key -> {
                    Tag tag = tag(key.contains("=") ? key.substring(0, key.indexOf('=')) : key);
                    boolean names = vr(tag) == VR.UI || tag.equals(Attributes.PatientID.tag());
                    return " -k " + (names ? key : name(tag));
                })
                .collect(Collectors.joining());
    }

    /** Tags the person named. */
    List<Tag> tags() {
        return keys.stream()
                .map(key -> tag(key.contains("=") ? key.substring(0, key.indexOf('=')) : key))
                .toList();
    }

    static Failure failure(BadIdentifier bad) {
        return new Failure("-k " + bad.elements().stream().map(Keys::name).collect(Collectors.joining(", ")) + ": "
                + bad.comment());
    }

    static Tag tag(String name) {
        String hex = name.replaceAll("[(),\\s]", "").toLowerCase(Locale.ROOT);
        if (hex.matches("[0-9a-f]{8}") && !name.matches("[A-Za-z]+")) {
            return new Tag(Integer.parseUnsignedInt(hex, 16));
        }
        return Dictionary.standard()
                .keyword(name)
                .map(Dictionary.Entry::tag)
                .orElseThrow(() -> Failure.misuse("-k " + name + ": neither a keyword of the dictionary (PatientName)"
                        + " nor a tag (0010,0010)"));
    }

    static String name(Tag tag) {
        return Dictionary.standard()
                .attribute(tag)
                .map(Dictionary.Entry::keyword)
                .orElse(tag.toString());
    }

    private static VR vr(Tag tag) {
        return Dictionary.standard()
                .attribute(tag)
                .map(entry -> entry.vrs().getFirst())
                .orElse(VR.UN);
    }
}
