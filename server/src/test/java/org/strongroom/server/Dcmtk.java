package org.strongroom.server;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.testkit.Programs;
import org.strongroom.testkit.TlsForward;

/** DCMTK's command lines as a device of a clinic. */
final class Dcmtk {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** Of the first round: Parametric Map, Label Map Segmentation, Microscopy Bulk Simple Annotations, and private ones. */
    static final Set<Uid> UNKNOWN = Set.of(
            new Uid("1.2.840.10008.5.1.4.1.1.30"),
            new Uid("1.2.840.10008.5.1.4.1.1.66.7"),
            new Uid("1.2.840.10008.5.1.4.1.1.91.1"),
            new Uid("1.3.46.670589.11.0.0.12.1"),
            new Uid("2.25.155828353415164261086737374395291355553"));

    /** For movescu and getscu: the preferred, or proposed, transfer syntax as an option. */
    static final Map<String, String> PREFER = Map.ofEntries(
            Map.entry("1.2.840.10008.1.2", "+xi"),
            Map.entry("1.2.840.10008.1.2.1", "+xe"),
            Map.entry("1.2.840.10008.1.2.2", "+xb"),
            Map.entry("1.2.840.10008.1.2.1.99", "+xd"),
            Map.entry("1.2.840.10008.1.2.4.50", "+xy"),
            Map.entry("1.2.840.10008.1.2.4.51", "+xx"),
            Map.entry("1.2.840.10008.1.2.4.70", "+xs"),
            Map.entry("1.2.840.10008.1.2.4.80", "+xt"),
            Map.entry("1.2.840.10008.1.2.4.81", "+xu"),
            Map.entry("1.2.840.10008.1.2.4.90", "+xv"),
            Map.entry("1.2.840.10008.1.2.4.91", "+xw"),
            Map.entry("1.2.840.10008.1.2.5", "+xr"));

    private Dcmtk() {}

    /** A program over TLS, as one device of the clinic. */
    static Programs.Run tls(Clinic clinic, String device, String program, List<String> options, List<String> files)
            throws IOException, InterruptedException {
        TlsForward.Credentials own = clinic.credentials(device);
        List<String> tls = List.of(
                "+tls",
                own.key().toString(),
                own.certificate().toString(),
                "+cf",
                own.ca().toString());
        return call(device, Clinic.AET.value(), clinic.port(), program, join(tls, options), files);
    }

    /** A program in clear text, in a folder: movescu writes there, whatever -od says, when it preserves bits. */
    static Programs.Run call(
            Path folder,
            String calling,
            String called,
            int port,
            String program,
            List<String> options,
            List<String> files)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(program, "-aet", calling, "-aec", called));
        line.addAll(options);
        line.addAll(List.of("127.0.0.1", Integer.toString(port)));
        line.addAll(files);
        return Programs.run(PATIENCE, folder, line);
    }

    /** A program in clear text to a port of loopback: a forwarder, or another archive. */
    static Programs.Run call(
            String calling, String called, int port, String program, List<String> options, List<String> files)
            throws IOException, InterruptedException {
        return call(Path.of("."), calling, called, port, program, options, files);
    }

    static List<String> join(List<String> some, List<String> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    /** Identifiers as files, which findscu, getscu and movescu send one after the other over one association. */
    static List<String> queryFiles(Path folder, List<DataSet> identifiers) throws IOException {
        Files.createDirectories(folder);
        List<String> files = new ArrayList<>();
        for (DataSet identifier : identifiers) {
            Path file = folder.resolve("query%05d.dcm".formatted(files.size()));
            try (OutputStream out = Files.newOutputStream(file)) {
                out.write(Part10.header(
                        new Uid("1.2.840.10008.5.1.4.1.2.2.1"),
                        new Uid("2.25." + (files.size() + 1)),
                        TransferSyntax.ExplicitVRLittleEndian,
                        Optional.empty()));
                identifier.writeTo(out, TransferSyntax.ExplicitVRLittleEndian);
            }
            files.add(file.toString());
        }
        return files;
    }

    /** An instance as a file holds it. */
    @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
    record Received(Uid sopInstance, TransferSyntax syntax, byte[] bytes) {}

    /** The instances in a folder's files, by SOP Instance UID. */
    static Map<Uid, Received> received(Path folder) throws IOException {
        Map<Uid, Received> all = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Received one = read(file);
                all.put(one.sopInstance(), one);
            }
        }
        return all;
    }

    private static Received read(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            Part10 part10 = Part10.open(in, Limits.DEFAULT);
            Uid sopInstance = part10.meta()
                    .get(org.strongroom.dicom.Attributes.MediaStorageSOPInstanceUID)
                    .orElseThrow();
            return new Received(sopInstance, part10.syntax(), part10.body().readAllBytes());
        }
    }
}
