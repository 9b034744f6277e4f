package org.strongroom.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An archive made by the real {@code init}, with devices enrolled by the real {@code device add}, to be served by {@link
 * StrongroomProcess#serve}. Listens on a free port.
 */
public record StrongroomArchive(Path folder) {
    private static final String AE_TITLE = "STRONGROOM";

    /** Makes an archive in {@code folder}, which must be empty or absent. */
    public static StrongroomArchive create(Path folder) throws IOException, InterruptedException {
        requireSuccess(StrongroomProcess.run("init", folder.toString()));
        Path configuration = folder.resolve("strongroom.toml");
        Files.writeString(configuration, Files.readString(configuration).replace("port = 2762", "port = 0"));
        return new StrongroomArchive(folder);
    }

    /** The AE title it answers to. */
    public String aeTitle() {
        return AE_TITLE;
    }

    public Path configuration() {
        return folder.resolve("strongroom.toml");
    }

    public Path data() {
        return folder.resolve("data");
    }

    public Path keys() {
        return folder.resolve("keys");
    }

    /** Starts the server and waits until it is ready. */
    public StrongroomProcess serve() throws IOException, InterruptedException {
        return StrongroomProcess.serve(configuration());
    }

    /**
     * Enrols a device that may do everything, with {@code name} as its AE title.
     *
     * @param more options of {@code device add}
     */
    public Device device(String name, String... more) throws IOException, InterruptedException {
        Path out = folder.resolveSibling(folder.getFileName() + "-" + name);
        List<String> arguments = new ArrayList<>(
                List.of("device", "add", name, "--aet", name, "--data", folder.toString(), "--out", out.toString()));
        if (!Arrays.asList(more).contains("--services")) {
            arguments.addAll(List.of("--services", "echo,store,find,move,get"));
        }
        arguments.addAll(Arrays.asList(more));
        requireSuccess(StrongroomProcess.run(arguments.toArray(String[]::new)));
        return new Device(name, out.resolve(name + ".key"), out.resolve(name + ".pem"), out.resolve("ca.pem"));
    }

    private static void requireSuccess(Programs.Run run) throws IOException {
        if (run.exit() != 0) {
            throw new IOException("exit status " + run.exit() + ": " + run.output());
        }
    }

    /**
     * An enrolled device.
     *
     * @param aeTitle it calls with
     */
    public record Device(String aeTitle, Path key, Path certificate, Path ca) {
        /** The command line of a DCMTK client: the program, TLS options and AE titles; the place and the rest come after. */
        public List<String> dcmtk(String program, String... options) {
            List<String> line = new ArrayList<>(List.of(
                    Programs.require(program).toString(),
                    "+tls",
                    key.toString(),
                    certificate.toString(),
                    "+cf",
                    ca.toString(),
                    "-aet",
                    aeTitle,
                    "-aec",
                    AE_TITLE));
            line.addAll(Arrays.asList(options));
            return line;
        }

        /** Options of {@code strongroom echo/store/find/get/move} that call a server on loopback as this device. */
        public List<String> strongroom(int port) {
            return List.of(
                    "--to",
                    "127.0.0.1:" + port,
                    "--aet",
                    AE_TITLE,
                    "--calling",
                    aeTitle,
                    "--key",
                    key.toString(),
                    "--cert",
                    certificate.toString(),
                    "--ca",
                    ca.toString());
        }
    }
}
