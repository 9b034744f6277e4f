package org.strongroom.server;

import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** JSON for programs that read what a command prints. */
final class Json {
    private static final ObjectMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private Json() {}

    /** Maps, lists, texts, numbers and booleans as JSON, indented. */
    static String text(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    static tools.jackson.databind.JsonNode parse(String text) {
        return MAPPER.readTree(text);
    }
}
