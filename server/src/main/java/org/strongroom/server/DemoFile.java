package org.strongroom.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.strongroom.dimse.AeTitle;
import org.strongroom.guard.PrivateFiles;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * DIR/demo/demo.json, which any client or test can start from: where the demo listens, and a device to be. It is there
 * while the demo runs.
 */
record DemoFile(
        AeTitle aet,
        AeTitle callingAet,
        String dicomHost,
        int dicomPort,
        Path deviceKey,
        Path deviceCertificate,
        Path ca) {
    void write(Path file) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("aet", aet.value());
        fields.put("callingAet", callingAet.value());
        fields.put("dicomHost", dicomHost);
        fields.put("dicomPort", dicomPort);
        fields.put("deviceKey", deviceKey.toString());
        fields.put("deviceCertificate", deviceCertificate.toString());
        fields.put("ca", ca.toString());
        PrivateFiles.replace(file, (Json.text(fields) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    static DemoFile read(Path file) throws IOException {
        try {
            JsonNode node = Json.parse(Files.readString(file, StandardCharsets.UTF_8));
            return new DemoFile(
                    new AeTitle(node.required("aet").stringValue()),
                    new AeTitle(node.required("callingAet").stringValue()),
                    node.required("dicomHost").stringValue(),
                    node.required("dicomPort").intValue(),
                    Path.of(node.required("deviceKey").stringValue()),
                    Path.of(node.required("deviceCertificate").stringValue()),
                    Path.of(node.required("ca").stringValue()));
        } catch (NoSuchFileException e) {
            throw new Failure("no demo runs there (" + file + " is missing): start one with: strongroom demo,"
                    + " or say whom to call with --to HOST:PORT");
        } catch (JacksonException | IllegalArgumentException e) {
            throw new Failure(file + " is not what demo writes: stop the demo and start it again");
        }
    }
}
