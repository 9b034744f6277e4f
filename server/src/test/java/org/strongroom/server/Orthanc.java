package org.strongroom.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.strongroom.dimse.AeTitle;
import org.strongroom.testkit.Programs;

/** Orthanc with DICOM in clear text on a free port of loopback and nothing else. */
final class Orthanc implements AutoCloseable {
    static final AeTitle AET = new AeTitle("ORTHANC");

    private final int port;
    private final Process process;

    private Orthanc(int port, Process process) {
        this.port = port;
        this.process = process;
    }

    /**
     * Starts it, or skips the test where it is not installed.
     *
     * @param peers whom it knows, to move to: ports of loopback by AE title
     */
    static Orthanc start(Path folder, Map<String, Integer> peers) throws IOException, InterruptedException {
        return start(folder, peers, true);
    }

    /** @param open whether it answers whoever asks, under whatever title */
    static Orthanc start(Path folder, Map<String, Integer> peers, boolean open)
            throws IOException, InterruptedException {
        Path program = Programs.require("Orthanc");
        Path storage = Files.createDirectories(folder.resolve("storage"));
        int port = Programs.freePort();
        String modalities = peers.entrySet().stream()
                .map(one -> "\"%s\": [\"%s\", \"127.0.0.1\", %d]"
                        .formatted(one.getKey().toLowerCase(Locale.ROOT), one.getKey(), one.getValue()))
                .collect(Collectors.joining(", "));
        Path configuration = folder.resolve("orthanc.json");
        Files.writeString(configuration, """
                { "Name": "test", "StorageDirectory": "%1$s", "IndexDirectory": "%1$s",
                  "DicomAet": "%2$s", "DicomPort": %3$d, "HttpServerEnabled": false,
                  "DicomCheckCalledAet": %6$s, "DicomAlwaysAllowEcho": %5$s, "DicomAlwaysAllowStore": true,
                  "DicomAlwaysAllowFind": true, "DicomAlwaysAllowGet": true, "DicomAlwaysAllowMove": true,
                  "LimitFindResults": 0, "LimitFindInstances": 0, "Plugins": [],
                  "DicomModalities": { %4$s } }
                """.formatted(storage, AET, port, modalities, open, !open));
        List<String> command = List.of(program.toString(), configuration.toString());
        return new Orthanc(port, Peers.start(command, port, folder.resolve("orthanc.log")));
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        Peers.end(process);
    }
}
