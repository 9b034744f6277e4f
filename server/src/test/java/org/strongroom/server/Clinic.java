package org.strongroom.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.strongroom.dimse.AeTitle;
import org.strongroom.dimse.Association;
import org.strongroom.dimse.PeerAddress;
import org.strongroom.dimse.Proposal;
import org.strongroom.dimse.Timeouts;
import org.strongroom.guard.TlsContexts;
import org.strongroom.testkit.Programs;
import org.strongroom.testkit.StrongroomProcess;
import org.strongroom.testkit.TlsForward;

/**
 * An archive in a folder, made by the real {@code init} and {@code device add}, served by the real {@code serve} on a free
 * port of loopback: what a clinic has after ten minutes.
 */
final class Clinic implements AutoCloseable {
    static final AeTitle AET = new AeTitle("STRONGROOM");

    private final Path folder;
    private final Path devices;
    private @Nullable StrongroomProcess server;

    private Clinic(Path folder, Path devices) {
        this.folder = folder;
        this.devices = devices;
    }

    /** A new archive; nothing runs yet. */
    static Clinic make(Path parent) throws IOException, InterruptedException {
        Path folder = parent.resolve("clinic");
        Clinic clinic = new Clinic(folder, Files.createDirectories(parent.resolve("devices")));
        check(StrongroomProcess.run("init", folder.toString()));
        clinic.configure();
        return clinic;
    }

    /** The same archive once more, as it is now; the server must not run. */
    Clinic copy(Path parent) throws IOException {
        Path target = Files.createDirectories(parent).resolve("clinic");
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path source, BasicFileAttributes attributes) throws IOException {
                Path copied = target.resolve(folder.relativize(source));
                Files.createDirectories(copied);
                Files.setPosixFilePermissions(copied, Files.getPosixFilePermissions(source));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path source, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    Path copied = target.resolve(folder.relativize(source));
                    Files.copy(source, copied);
                    Files.setPosixFilePermissions(copied, Files.getPosixFilePermissions(source));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        Clinic copy = new Clinic(target, devices);
        copy.configure();
        return copy;
    }

    private void configure() throws IOException {
        Files.writeString(folder.resolve("strongroom.toml"), """
                directory = "."
                [dicom]
                aet = "%s"
                port = 0
                """.formatted(AET));
    }

    /** Enrols a device that calls by its name; more options as {@code device add} takes them. */
    TlsForward.Credentials enrol(String name, String... options) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("device", "add", name, "--aet", name, "--out", devices.toString()));
        line.addAll(List.of(options));
        check(command(line.toArray(String[]::new)));
        return credentials(name);
    }

    TlsForward.Credentials credentials(String name) {
        return new TlsForward.Credentials(
                devices.resolve(name + ".key"), devices.resolve(name + ".pem"), devices.resolve("ca.pem"));
    }

    /** The options with which {@code store}, {@code find} ... call this archive's server as a device. */
    List<String> to(String device) throws IOException {
        TlsForward.Credentials own = credentials(device);
        return List.of(
                "--to",
                "127.0.0.1:" + port(),
                "--aet",
                AET.value(),
                "--calling",
                device,
                "--key",
                own.key().toString(),
                "--cert",
                own.certificate().toString(),
                "--ca",
                own.ca().toString());
    }

    /** Runs a command on this archive to its end. */
    Programs.Run command(String... arguments) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(arguments));
        line.addAll(List.of("--data", folder.toString()));
        return StrongroomProcess.run(line.toArray(String[]::new));
    }

    static Programs.Run check(Programs.Run run) {
        if (run.exit() != 0) {
            throw new AssertionError("exit status " + run.exit() + ": " + run.output());
        }
        return run;
    }

    void start(String... javaOptions) throws IOException, InterruptedException {
        server = StrongroomProcess.serve(folder.resolve("strongroom.toml"), List.of(javaOptions));
    }

    StrongroomProcess server() {
        return Optional.ofNullable(server).orElseThrow(() -> new IllegalStateException("not started"));
    }

    int port() throws IOException {
        return server().dicomPort();
    }

    Path folder() {
        return folder;
    }

    /** Ends the server in order. */
    void stop() throws IOException, InterruptedException {
        try (StrongroomProcess ending = server()) {
            int status = ending.stop();
            if (status != 0 && status != 143) {
                throw new AssertionError("serve ended with " + status + ": " + ending.err());
            }
        }
        server = null;
    }

    /** Ends the server by kill -9. */
    void kill() throws IOException, InterruptedException {
        try (StrongroomProcess ending = server()) {
            ending.kill();
        }
        server = null;
    }

    Proposal proposal(String device) {
        return Proposal.to(AET, new AeTitle(device));
    }

    /** An association as a device, over TLS with its certificate. */
    Association associate(String device, Proposal proposal) throws IOException {
        TlsForward.Credentials own = credentials(device);
        PeerAddress peer = new PeerAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port()),
                TlsContexts.client(own.key(), own.certificate(), own.ca(), "127.0.0.1"));
        return Association.request(peer, proposal, Timeouts.DEFAULT);
    }

    @Override
    public void close() throws IOException {
        if (server != null) {
            server.close();
        }
    }
}
