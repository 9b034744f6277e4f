package org.strongroom.server;

import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import org.strongroom.dicom.Part10;
import org.strongroom.dimse.AeTitle;

/**
 * Run once after a build: goes through what a server and its clients do, so that the start-up cache (JEP 514) that the
 * launcher makes of this run holds the classes they need. Everything happens in a folder that is thrown away.
 */
public final class Rehearsal {
    private final Path folder;
    private final String user = System.getProperty("user.name");

    private Rehearsal(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] arguments) throws Exception {
        LogFormat.install(Level.INFO);
        new Rehearsal(Path.of(arguments[0])).run();
    }

    private void run() throws Exception {
        Path archive = folder.resolve("archive");
        command("init", archive.toString());
        command(
                "device",
                "add",
                "R",
                "--aet",
                "R",
                "--services",
                "echo,store,find,get",
                "--data",
                archive.toString(),
                "--out",
                folder.toString());
        Configuration configuration = Configuration.read(archive.resolve("strongroom.toml"));
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (Server server =
                Server.start(OpenArchive.open(configuration.directory()), new AeTitle("STRONGROOM"), address)) {
            List<String> peer = List.of(
                    "--to",
                    "127.0.0.1:" + server.dicomPort(),
                    "--aet",
                    "STRONGROOM",
                    "--calling",
                    "R",
                    "--key",
                    folder.resolve("R.key").toString(),
                    "--cert",
                    folder.resolve("R.pem").toString(),
                    "--ca",
                    folder.resolve("ca.pem").toString());
            command("echo", peer);
            command("store", peer, instance().toString());
            command("find", peer, "-k", "PatientName=DEMO*");
            command(
                    "get",
                    peer,
                    "-k",
                    "StudyInstanceUID=" + DemoStudies.studies().get(1),
                    "--out",
                    folder.resolve("got").toString());
            command("device", "list", "--json", "--data", archive.toString());
        }
        command("doctor", "--data", archive.toString());
    }

    private Path instance() throws Exception {
        DemoStudies.Instance instance = DemoStudies.makers().get(121).make();
        Path file = folder.resolve("instance.dcm");
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(Part10.header(
                    instance.sopClass(), instance.sopInstance(), DemoStudies.Instance.SYNTAX, Optional.empty()));
            out.write(instance.dataSet().array());
        }
        return file;
    }

    private void command(String name, List<String> peer, String... rest) {
        List<String> all = new ArrayList<>(List.of(name));
        all.addAll(peer);
        all.addAll(Arrays.asList(rest));
        command(all.toArray(String[]::new));
    }

    private void command(String... arguments) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        Invocation invocation =
                new Invocation(nowhere, err, folder.toAbsolutePath(), user, false, () -> false, Optional.empty());
        int status = CommandLines.run(invocation, arguments);
        if (status != CommandLines.DONE) {
            throw new IllegalStateException("the rehearsal of " + arguments[0] + " ended with " + status);
        }
    }
}
