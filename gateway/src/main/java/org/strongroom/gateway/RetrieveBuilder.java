package org.strongroom.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.strongroom.archive.Level;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;
import org.strongroom.guard.Action;

/**
 * Makes an {@link Action.Retrieve} of the identifier of a C-MOVE or C-GET, PS3.4 section C.4.2.1.4: single values above
 * the level retrieved, at the level itself a single value or, for UIDs, a list. Other attributes are ignored, among them
 * Patient ID in the Study Root model: a study's UID says which study it is, and devices pad or translate the other.
 */
public final class RetrieveBuilder {
    private RetrieveBuilder() {}

    /**
     * Translates an identifier.
     *
     * @param destination AE title the instances go to
     */
    public static Translated<Action.Retrieve> build(InformationModel model, DataSet identifier, String destination) {
        Optional<Level> asked = model.levelOf(identifier);
        if (asked.isEmpty()) {
            return bad(InformationModel.QUERY_RETRIEVE_LEVEL, "not a level of this model");
        }
        Level level = asked.get();
        for (Level above : model.above(level)) {
            Tag key = InformationModel.uniqueKey(above);
            if (!QueryBuilder.isSingleValue(identifier, key)) {
                return bad(key, "a single value is needed below this level");
            }
        }
        Tag own = InformationModel.uniqueKey(level);
        if (level == Level.PATIENT && !QueryBuilder.isSingleValue(identifier, own)) {
            return bad(own, "a single value is needed");
        }
        if (identifier.text(own).stream().allMatch(String::isBlank)) {
            return bad(own, "a UID or a list of UIDs is needed");
        }
        Optional<String> patientId = model == InformationModel.PATIENT_ROOT
                ? Optional.of(identifier
                        .text(InformationModel.uniqueKey(Level.PATIENT))
                        .getFirst()
                        .strip())
                : Optional.empty();
        List<List<Uid>> keys = new ArrayList<>();
        for (Level each : List.of(Level.STUDY, Level.SERIES, Level.IMAGE)) {
            Tag key = InformationModel.uniqueKey(each);
            if (identifier.text(key).size() > QueryLimits.UIDS) {
                return bad(key, "more than " + QueryLimits.UIDS + " UIDs; ask for fewer at a time");
            }
            Optional<List<Uid>> uids = each.compareTo(level) > 0 ? Optional.of(List.of()) : uids(identifier, key);
            if (uids.isEmpty()) {
                return bad(key, "not a UID");
            }
            keys.add(uids.get());
        }
        return new Translated.Ready<>(
                new Action.Retrieve(patientId, keys.get(0), keys.get(1), keys.get(2), destination, Optional.empty()));
    }

    private static Optional<List<Uid>> uids(DataSet identifier, Tag key) {
        List<Uid> uids = new ArrayList<>();
        for (String value : identifier.text(key)) {
            if (value.isBlank()) {
                continue;
            }
            Optional<Uid> uid = Uid.parse(value.strip());
            if (uid.isEmpty()) {
                return Optional.empty();
            }
            uids.add(uid.get());
        }
        return Optional.of(List.copyOf(uids));
    }

    private static Translated<Action.Retrieve> bad(Tag element, String comment) {
        return new Translated.Bad<>(BadIdentifier.model(element, comment));
    }
}
