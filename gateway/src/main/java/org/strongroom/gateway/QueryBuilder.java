package org.strongroom.gateway;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.strongroom.archive.Level;
import org.strongroom.archive.Match;
import org.strongroom.archive.Query;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;

/**
 * Makes a {@link Query} of the identifier of a C-FIND, PS3.4 section C.4.1; hierarchical search (C.4.1.3.1.1) unless
 * relational queries (C.4.1.3.2.1) were negotiated.
 *
 * <p>More is allowed than the standard asks: attributes of levels above the one queried may be matched too, and a
 * key of a level below is ignored by the archive, and reported as not supported if it holds a value, where the letter of
 * the standard would refuse both. Devices send either daily, and neither lets out more than the query without it.
 */
public final class QueryBuilder {
    /** Attributes of an identifier that steer the query and match nothing. */
    private static final Set<Tag> STEERING = Set.of(
            Tag.of(0x0008, 0x0005), // Specific Character Set
            InformationModel.QUERY_RETRIEVE_LEVEL,
            Tag.of(0x0008, 0x0054), // Retrieve AE Title
            Tag.of(0x0008, 0x0056), // Instance Availability
            Tag.of(0x0008, 0x0201), // Timezone Offset From UTC
            Tag.of(0x0088, 0x0130)); // Storage Media File-set ID

    private QueryBuilder() {}

    /**
     * A question, and which keys could not become part of it.
     *
     * @param unsupported keys of a VR that holds nothing to compare; like those the archive ignores they make the
     *     answers pending FF01 instead of FF00
     */
    public record Question(Query query, Set<Tag> unsupported) {}

    public static Translated<Question> build(InformationModel model, DataSet identifier) {
        return build(model, identifier, false);
    }

    /**
     * The same where relational queries may have been negotiated.
     *
     * @param relational whether the unique keys above the level queried may be absent, or hold what any key may
     */
    public static Translated<Question> build(InformationModel model, DataSet identifier, boolean relational) {
        Optional<Level> level = model.levelOf(identifier);
        if (level.isEmpty()) {
            return bad(BadIdentifier.model(InformationModel.QUERY_RETRIEVE_LEVEL, "not a level of this model"));
        }
        Optional<BadIdentifier> missing =
                relational ? Optional.empty() : missingUniqueKey(model, level.get(), identifier);
        if (missing.isPresent()) {
            return bad(missing.get());
        }
        Optional<BadIdentifier> tooMany = QueryLimits.tooManyKeys(identifier);
        if (tooMany.isPresent()) {
            return bad(tooMany.get());
        }
        List<Match> matches = new ArrayList<>();
        Set<Tag> returned = new LinkedHashSet<>();
        Set<Tag> unsupported = new TreeSet<>();
        for (Tag tag : identifier.tags()) {
            if (STEERING.contains(tag) || tag.element() == 0) {
                continue;
            }
            returned.add(tag);
            switch (KeyMatching.of(identifier, tag)) {
                case KeyMatching.Key.Matched(Match match) -> matches.add(match);
                case KeyMatching.Key.Unsupported _ -> unsupported.add(tag);
                case KeyMatching.Key.Universal _ -> {}
                case KeyMatching.Key.Bad(BadIdentifier why) -> {
                    return bad(why);
                }
            }
        }
        Optional<BadIdentifier> tooLong = QueryLimits.tooLongPatterns(matches);
        if (tooLong.isPresent()) {
            return bad(tooLong.get());
        }
        return new Translated.Ready<>(new Question(
                new Query(level.get(), List.copyOf(matches), Set.copyOf(returned)), Set.copyOf(unsupported)));
    }

    /** PS3.4 section C.4.1.2.1: above the level queried each unique key holds a single value. */
    private static Optional<BadIdentifier> missingUniqueKey(InformationModel model, Level level, DataSet identifier) {
        return model.above(level).stream()
                .map(InformationModel::uniqueKey)
                .filter(key -> !isSingleValue(identifier, key))
                .map(key -> BadIdentifier.model(key, "a single value is needed below this level"))
                .findFirst();
    }

    static boolean isSingleValue(DataSet identifier, Tag key) {
        List<String> values = identifier.text(key);
        return values.size() == 1
                && !values.getFirst().isBlank()
                && values.getFirst().indexOf('*') < 0
                && values.getFirst().indexOf('?') < 0;
    }

    private static Translated<Question> bad(BadIdentifier why) {
        return new Translated.Bad<>(why);
    }
}
