package org.strongroom.dicom.fuzz;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/** Fuzz target: a file, with or without preamble and meta information. */
public final class FileTarget {
    private static final Uid ANY = new Uid("1.2.3");

    private FileTarget() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        try {
            hold(bytes);
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }

    /** Whether the file was read: its meta information, its data set, and what {@link DataSetProperties} asks of that. */
    public static boolean hold(byte[] file) throws IOException {
        Part10 part10;
        try {
            part10 = Part10.open(new ByteArrayInputStream(file), DataSetProperties.LIMITS);
        } catch (DicomFormatException e) {
            return false;
        }
        byte[] body = part10.body().readAllBytes();
        int before = file.length - body.length;
        byte[] meta = part10.meta().toBytes(TransferSyntax.ExplicitVRLittleEndian);
        if (!Arrays.equals(body, 0, body.length, file, before, file.length)
                || !Arrays.equals(meta, 0, meta.length, file, before - meta.length, before)) {
            throw new AssertionError("meta information and data set are the file from where they begin");
        }
        DataSetProperties.walk(part10.meta());
        boolean read = DataSetProperties.hold(body, part10.syntax());
        if (read) {
            aNewHeaderIsReadAlike(part10.syntax(), body);
        }
        return read;
    }

    private static void aNewHeaderIsReadAlike(TransferSyntax syntax, byte[] body) throws IOException {
        byte[] header = Part10.header(ANY, ANY, syntax, Optional.empty());
        byte[] file = Arrays.copyOf(header, header.length + body.length);
        System.arraycopy(body, 0, file, header.length, body.length);
        Part10 again = Part10.open(new ByteArrayInputStream(file), DataSetProperties.LIMITS);
        if (!again.syntax().equals(syntax) || !Arrays.equals(again.body().readAllBytes(), body)) {
            throw new AssertionError("behind a header of ours the data set is the same");
        }
    }
}
