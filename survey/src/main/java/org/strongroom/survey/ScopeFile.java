package org.strongroom.survey;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.strongroom.dimse.AeTitle;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A scope as a JSON file. Every field must be there, none twice, and no other: a misspelt limit is refused rather than
 * overlooked.
 *
 * @param sha256 of the file's bytes, in hexadecimal; names the authority in the packet log and the report
 */
record ScopeFile(Scope scope, String sha256) {
    static final int FORMAT = 1;
    private static final int LONGEST = 1 << 20;

    private static final List<String> FIELDS = List.of(
            "format",
            "owner",
            "contact",
            "statement",
            "networks",
            "excluded",
            "ports",
            "validFrom",
            "validUntil",
            "callingAeTitle",
            "calledAeTitles",
            "rates",
            "countCap");

    private static final List<String> RATES =
            List.of("perSecond", "perHostPerSecond", "connectMillis", "answerMillis", "countMillis");

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    /** @throws ScopeRefusedException when there is no such file, or it is no valid scope; the message names the file */
    static ScopeFile read(Path file) throws IOException {
        try {
            byte[] bytes;
            try (var in = Files.newInputStream(file)) {
                bytes = in.readNBytes(LONGEST + 1);
            }
            if (bytes.length > LONGEST) {
                throw new ScopeRefusedException("longer than 1 MiB; a scope is a page of JSON");
            }
            return new ScopeFile(scope(JSON.readTree(bytes)), sha256(bytes));
        } catch (NoSuchFileException e) {
            throw new ScopeRefusedException(
                    "scope " + file + ": no such file; make one with strongroom survey scope new", e);
        } catch (ScopeRefusedException e) {
            throw new ScopeRefusedException("scope " + file + ": " + e.getMessage(), e);
        } catch (JacksonException e) {
            throw new ScopeRefusedException(
                    "scope " + file + ": not JSON that can be read, line "
                            + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr()
                            + "; make it again with strongroom survey scope new",
                    e);
        } catch (IOException e) {
            throw new ScopeRefusedException("scope " + file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /** Writes a new file; an existing one is never overwritten. */
    static void write(Scope scope, Path file) throws IOException {
        Files.write(file, (text(scope) + "\n").getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE_NEW);
    }

    private static String text(Scope scope) {
        ObjectNode root = JSON.createObjectNode();
        root.put("format", FORMAT);
        root.put("owner", scope.owner());
        root.put("contact", scope.contact());
        root.put("statement", scope.statement());
        strings(root.putArray("networks"), scope.networks());
        strings(root.putArray("excluded"), scope.excluded());
        root.put("ports", scope.ports().toString());
        root.put("validFrom", scope.validFrom().toString());
        root.put("validUntil", scope.validUntil().toString());
        root.put("callingAeTitle", scope.callingAeTitle().value());
        strings(root.putArray("calledAeTitles"), scope.calledAeTitles());
        ObjectNode rates = root.putObject("rates");
        rates.put("perSecond", scope.rates().perSecond());
        rates.put("perHostPerSecond", scope.rates().perHostPerSecond());
        rates.put("connectMillis", scope.rates().connectMillis());
        rates.put("answerMillis", scope.rates().answerMillis());
        rates.put("countMillis", scope.rates().countMillis());
        root.put("countCap", scope.countCap());
        return JSON.writeValueAsString(root);
    }

    private static void strings(ArrayNode array, List<?> values) {
        values.forEach(value -> array.add(value.toString()));
    }

    private static Scope scope(JsonNode root) {
        exactly(root, "the scope", FIELDS);
        int format = number(root, "format");
        if (format != FORMAT) {
            throw new ScopeRefusedException("format " + format + " is not known; this version reads format " + FORMAT);
        }
        JsonNode rates = root.get("rates");
        exactly(rates, "rates", RATES);
        return new Scope(
                text(root, "owner"),
                text(root, "contact"),
                text(root, "statement"),
                texts(root, "networks").stream().map(Network::parse).toList(),
                texts(root, "excluded").stream().map(Network::parse).toList(),
                Ports.parse(text(root, "ports")),
                day(root, "validFrom"),
                day(root, "validUntil"),
                title("callingAeTitle", text(root, "callingAeTitle")),
                texts(root, "calledAeTitles").stream()
                        .map(t -> title("calledAeTitles", t))
                        .toList(),
                new Scope.Rates(
                        number(rates, "perSecond"),
                        number(rates, "perHostPerSecond"),
                        number(rates, "connectMillis"),
                        number(rates, "answerMillis"),
                        number(rates, "countMillis")),
                number(root, "countCap"));
    }

    private static void exactly(JsonNode node, String what, List<String> fields) {
        if (!node.isObject()) {
            throw new ScopeRefusedException(what + " must be a JSON object with " + String.join(", ", fields));
        }
        Set<String> unknown = new HashSet<>(node.propertyNames());
        fields.forEach(unknown::remove);
        if (!unknown.isEmpty()) {
            throw new ScopeRefusedException(
                    what + ": field \"" + Network.shown(unknown.iterator().next()) + "\" is not known");
        }
        for (String field : fields) {
            if (!node.has(field)) {
                throw new ScopeRefusedException(what + ": field \"" + field + "\" is missing");
            }
        }
    }

    private static String text(JsonNode node, String field) {
        JsonNode value = node.get(field);
        if (!value.isString()) {
            throw new ScopeRefusedException(field + " must be a text");
        }
        return value.stringValue();
    }

    private static List<String> texts(JsonNode node, String field) {
        List<String> values = new ArrayList<>();
        JsonNode array = node.get(field);
        if (!array.isArray() || !array.valueStream().allMatch(JsonNode::isString)) {
            throw new ScopeRefusedException(field + " must be a list of texts");
        }
        array.forEach(value -> values.add(value.stringValue()));
        return values;
    }

    private static int number(JsonNode node, String field) {
        JsonNode value = node.get(field);
        if (!value.isInt()) {
            throw new ScopeRefusedException(field + " must be a whole number");
        }
        return value.intValue();
    }

    private static LocalDate day(JsonNode node, String field) {
        return day(field, text(node, field));
    }

    static LocalDate day(String field, String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeParseException e) {
            throw new ScopeRefusedException(
                    field + " \"" + Network.shown(text) + "\": write a day as 2026-11-21 (year-month-day)");
        }
    }

    static AeTitle title(String field, String text) {
        return AeTitle.parse(text)
                .orElseThrow(() -> new ScopeRefusedException(field + " \"" + Network.shown(text)
                        + "\": an AE title has 1 to 16 printable ASCII characters and no backslash"));
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
