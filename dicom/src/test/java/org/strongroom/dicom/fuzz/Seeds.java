package org.strongroom.dicom.fuzz;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.media.FileSetBuilder;
import org.strongroom.dicom.media.FileSetException;
import org.strongroom.testkit.Corpus;

/**
 * What tools/fuzz begins with beside the inputs of its own: small files of the corpus, or their data sets in the target's
 * syntax without long values. Arguments: the target, the folder to write to. Nothing where there is no corpus.
 */
public final class Seeds {
    private static final int LONGEST_FILE = 12_000;
    private static final int LONGEST = 4096;
    private static final int LONG_VALUE = 256;

    private Seeds() {}

    public static void main(String... arguments) throws IOException {
        Path folder = Files.createDirectories(Path.of(arguments[1]));
        if (arguments[0].equals("dicomdir")) {
            for (int instances = 0; instances <= 4; instances += 2) {
                Files.write(folder.resolve("built-" + instances), directory(instances));
            }
        }
        if (Corpus.find().isEmpty()) {
            return;
        }
        Corpus corpus = Corpus.find().get();
        int number = 0;
        for (Corpus.Entry entry : corpus.entries()) {
            byte[] file = corpus.bytes(entry);
            byte[] seed = seed(arguments[0], file);
            if (seed.length > 0) {
                Files.write(folder.resolve("seed-" + number++), seed);
            }
        }
    }

    private static byte[] seed(String target, byte[] file) throws IOException {
        if (target.equals("file") || target.equals("deidentify") || target.equals("dicomdir")) {
            return file.length <= LONGEST_FILE ? file : new byte[0];
        }
        try {
            Part10 part10 = Part10.open(new ByteArrayInputStream(file), DataSetProperties.LIMITS);
            DataSet read = DataSet.read(part10.body().readAllBytes(), part10.syntax(), DataSetProperties.LIMITS);
            return switch (target) {
                case "implicit" -> brief(read, TransferSyntax.ImplicitVRLittleEndian);
                case "explicit" -> brief(read, TransferSyntax.ExplicitVRLittleEndian);
                case "big-endian" -> brief(read, TransferSyntax.ExplicitVRBigEndian);
                case "deflated" -> behind(1, brief(read, TransferSyntax.ExplicitVRLittleEndian));
                case "character-set" -> text(read);
                default -> new byte[0];
            };
        } catch (DicomFormatException e) {
            return new byte[0];
        }
    }

    /** By our own builder: patients of two instances. */
    private static byte[] directory(int instances) throws IOException {
        FileSetBuilder builder = new FileSetBuilder("SEED", true);
        try {
            for (int i = 0; i < instances; i++) {
                DataSet instance = DataSet.empty()
                        .with(Attributes.SOPClassUID, new Uid("1.2.840.10008.5.1.4.1.1.2"))
                        .with(Attributes.SOPInstanceUID, new Uid("1.2.3." + i))
                        .with(Attributes.Modality, "CT")
                        .with(Attributes.PatientID, "P" + i / 2)
                        .with(Attributes.StudyInstanceUID, new Uid("1.2.4." + i / 2))
                        .with(Attributes.SeriesInstanceUID, new Uid("1.2.5." + i / 2));
                builder.add(List.of("A", "B" + i), TransferSyntax.ExplicitVRLittleEndian, instance);
            }
        } catch (FileSetException e) {
            throw new IllegalStateException("a seed that has what its record needs is refused", e);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        builder.writeTo(out);
        return out.toByteArray();
    }

    private static byte[] brief(DataSet dataSet, TransferSyntax syntax) {
        DataSet brief = dataSet;
        for (Tag tag : dataSet.tags()) {
            brief = dataSet.valueLength(tag) > LONG_VALUE ? brief.without(tag) : brief;
        }
        byte[] bytes = brief.toBytes(syntax);
        return bytes.length <= LONGEST ? bytes : new byte[0];
    }

    private static byte[] behind(int first, byte[] rest) {
        byte[] all = new byte[rest.length + 1];
        all[0] = (byte) first;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }

    /** The name of the patient as its bytes, behind the values of (0008,0005). */
    private static byte[] text(DataSet dataSet) {
        String terms = String.join("\\", dataSet.characterSet().terms());
        byte[] name = dataSet.element(new Tag(0x00100010))
                .filter(org.strongroom.dicom.Element.Encoded.class::isInstance)
                .map(element -> ((org.strongroom.dicom.Element.Encoded) element)
                        .bytes()
                        .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
                .orElse(new byte[0]);
        byte[] head = ("\0\0" + terms + "\0").getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = new byte[head.length + name.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(name, 0, all, head.length, name.length);
        return all;
    }
}
