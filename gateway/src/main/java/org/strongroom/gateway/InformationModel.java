package org.strongroom.gateway;

import java.util.List;
import java.util.Optional;
import org.strongroom.archive.Level;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;

/** A Query/Retrieve information model, PS3.4 section C.6: which levels there are, from the top, and their unique keys. */
public enum InformationModel {
    /** PS3.4 section C.6.1. */
    PATIENT_ROOT,
    /** PS3.4 section C.6.2: attributes of the patient stand at the STUDY level. */
    STUDY_ROOT;

    static final Tag QUERY_RETRIEVE_LEVEL = Tag.of(0x0008, 0x0052);

    /** Levels from the top to IMAGE. */
    public List<Level> levels() {
        return switch (this) {
            case PATIENT_ROOT -> List.of(Level.PATIENT, Level.STUDY, Level.SERIES, Level.IMAGE);
            case STUDY_ROOT -> List.of(Level.STUDY, Level.SERIES, Level.IMAGE);
        };
    }

    /** The levels above one of this model, from the top. */
    List<Level> above(Level level) {
        return levels().subList(0, levels().indexOf(level));
    }

    /** The level an identifier names in (0008,0052); empty when it names none of this model. */
    Optional<Level> levelOf(DataSet identifier) {
        List<String> values = identifier.text(QUERY_RETRIEVE_LEVEL);
        return values.size() != 1
                ? Optional.empty()
                : levels().stream()
                        .filter(level -> level.name().equals(values.getFirst().strip()))
                        .findFirst();
    }

    /** PS3.4 table C.6-1 to C.6-5, keys of type U. */
    static Tag uniqueKey(Level level) {
        return switch (level) {
            case PATIENT -> Tag.of(0x0010, 0x0020);
            case STUDY -> Tag.of(0x0020, 0x000D);
            case SERIES -> Tag.of(0x0020, 0x000E);
            case IMAGE -> Tag.of(0x0008, 0x0018);
        };
    }
}
