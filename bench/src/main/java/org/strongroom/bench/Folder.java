package org.strongroom.bench;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.strongroom.dicom.Attribute;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.model.DicomJsonWriter;

/**
 * What other toolkits do with a folder of files in one process, done here in one.
 *
 * <pre>
 *   Folder index FOLDER              the values an index wants, of every file
 *   Folder reencode FOLDER OUT       every file in Implicit VR Little Endian
 *   Folder json FOLDER FILE          every file's elements before the pixel data as DICOM JSON
 * </pre>
 */
public final class Folder {
    /** As much of a file as is read at first; a header that is longer is read in larger steps. */
    private static final int FIRST = 1 << 14;

    private Folder() {}

    public static void main(String[] args) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(Path.of(args[1]))) {
            files = all.sorted().toList();
        }
        long sum = 0;
        if (args[0].equals("json")) {
            sum = json(files, Path.of(args[2]));
        } else {
            for (Path file : files) {
                sum += args[0].equals("index")
                        ? values(head(file))
                        : reencode(file, Path.of(args[2]).resolve(file.getFileName()));
            }
        }
        System.out.println(files.size() + " files, " + sum);
    }

    private static DataSet head(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            Part10 file = Part10.open(new BufferedInputStream(in, FIRST), Limits.DEFAULT);
            byte[] bytes = new byte[FIRST];
            int length = 0;
            while (true) {
                length += file.body().readNBytes(bytes, length, bytes.length - length);
                var head = DataSet.readHead(bytes, length, length < bytes.length, file.syntax(), Limits.DEFAULT);
                if (head.isPresent()) {
                    return head.get().elements();
                }
                bytes = Arrays.copyOf(bytes, bytes.length * 2);
            }
        }
    }

    private static long json(List<Path> files, Path to) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(to), 1 << 16)) {
            DicomJsonWriter writer = new DicomJsonWriter(out);
            writer.startArray();
            for (Path file : files) {
                writer.write(head(file));
            }
            writer.endArray();
            writer.flush();
        }
        return Files.size(to);
    }

    private static long values(DataSet head) {
        long there = 0;
        for (Attribute<?> attribute : Ct.INDEXED) {
            there += head.get(attribute).isPresent() ? 1 : 0;
        }
        return there;
    }

    private static long reencode(Path from, Path to) throws IOException {
        try (InputStream in = Files.newInputStream(from);
                OutputStream out = new BufferedOutputStream(Files.newOutputStream(to), FIRST)) {
            Part10 file = Part10.open(new BufferedInputStream(in, FIRST), Limits.DEFAULT);
            DataSet dataSet = DataSet.read(file.body().readAllBytes(), file.syntax(), Limits.DEFAULT);
            out.write(Part10.header(
                    dataSet.get(Attributes.SOPClassUID).orElseThrow(),
                    dataSet.get(Attributes.SOPInstanceUID).orElseThrow(),
                    TransferSyntax.ImplicitVRLittleEndian,
                    Optional.empty()));
            dataSet.writeTo(out, TransferSyntax.ImplicitVRLittleEndian);
            return 1;
        }
    }
}
