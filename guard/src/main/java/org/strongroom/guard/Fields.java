package org.strongroom.guard;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A JSON object of texts, whole numbers, truth values, lists of texts and nested objects, in the order written: what audit
 * records and registry rows are stored as. Compact and always the same bytes for the same content.
 */
final class Fields {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int MAX_DEPTH = 4;

    private final Map<String, Object> values = new LinkedHashMap<>();

    Fields put(String name, String value) {
        values.put(name, value);
        return this;
    }

    Fields put(String name, long value) {
        values.put(name, value);
        return this;
    }

    Fields put(String name, boolean value) {
        values.put(name, value);
        return this;
    }

    Fields put(String name, List<String> value) {
        values.put(name, value);
        return this;
    }

    Fields put(String name, Fields value) {
        values.put(name, value);
        return this;
    }

    /** Absent when empty. */
    Fields put(String name, Optional<String> value) {
        value.ifPresent(v -> values.put(name, v));
        return this;
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    List<String> names() {
        return List.copyOf(values.keySet());
    }

    String text(String name) throws IOException {
        return value(name, String.class);
    }

    Optional<String> optional(String name) throws IOException {
        return has(name) ? Optional.of(text(name)) : Optional.empty();
    }

    long number(String name) throws IOException {
        return value(name, Long.class);
    }

    boolean truth(String name) throws IOException {
        return value(name, Boolean.class);
    }

    Fields fields(String name) throws IOException {
        return value(name, Fields.class);
    }

    List<String> texts(String name) throws IOException {
        List<String> texts = new ArrayList<>();
        for (Object o : value(name, List.class)) {
            texts.add((String) o);
        }
        return texts;
    }

    /** All fields, which must be numbers. */
    Map<String, Long> numbers() throws IOException {
        Map<String, Long> numbers = new LinkedHashMap<>();
        for (String name : values.keySet()) {
            numbers.put(name, number(name));
        }
        return numbers;
    }

    private <T> T value(String name, Class<T> type) throws IOException {
        Object value = values.get(name);
        if (!type.isInstance(value)) {
            throw new IOException("field " + name + " is missing or of another kind than " + type.getSimpleName());
        }
        return type.cast(value);
    }

    byte[] toJson() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
            write(json);
        }
        return out.toByteArray();
    }

    private void write(JsonGenerator json) {
        json.writeStartObject();
        for (Map.Entry<String, Object> e : values.entrySet()) {
            json.writeName(e.getKey());
            switch (e.getValue()) {
                case String s -> json.writeString(s);
                case Long n -> json.writeNumber(n);
                case Boolean b -> json.writeBoolean(b);
                case Fields f -> f.write(json);
                case List<?> list -> {
                    json.writeStartArray();
                    list.forEach(o -> json.writeString((String) o));
                    json.writeEndArray();
                }
                default -> throw new IllegalStateException("put() takes no other type");
            }
        }
        json.writeEndObject();
    }

    /**
     * @throws IOException when {@code bytes} are not such an object; the message holds no content
     */
    static Fields parse(byte[] bytes) throws IOException {
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), bytes)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not a JSON object");
            }
            Fields fields = object(json, 1);
            if (json.nextToken() != null) {
                throw new IOException("bytes after the JSON object");
            }
            return fields;
        } catch (JacksonException e) {
            throw new IOException("not JSON of the expected form"); // without cause: its text quotes content
        }
    }

    private static Fields object(JsonParser json, int depth) throws IOException {
        if (depth > MAX_DEPTH) {
            throw new IOException("JSON nested deeper than " + MAX_DEPTH);
        }
        Fields fields = new Fields();
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            switch (json.nextToken()) {
                case VALUE_STRING -> fields.put(name, json.getString());
                case VALUE_NUMBER_INT -> fields.put(name, json.getLongValue());
                case VALUE_TRUE -> fields.put(name, true);
                case VALUE_FALSE -> fields.put(name, false);
                case START_OBJECT -> fields.put(name, object(json, depth + 1));
                case START_ARRAY -> fields.put(name, texts(json));
                default -> throw new IOException("field " + name + " has a value of no known kind");
            }
        }
        return fields;
    }

    private static List<String> texts(JsonParser json) throws IOException {
        List<String> texts = new ArrayList<>();
        while (json.nextToken() == JsonToken.VALUE_STRING) {
            texts.add(json.getString());
        }
        if (json.currentToken() != JsonToken.END_ARRAY) {
            throw new IOException("a list holds something else than texts");
        }
        return texts;
    }
}
