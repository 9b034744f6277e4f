package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.strongroom.dicom.deidentify.DeidentificationKey;
import org.strongroom.dicom.deidentify.DeidentificationProfile;
import org.strongroom.dicom.deidentify.Deidentifier;
import org.strongroom.dicom.deidentify.ProfileOption;
import org.strongroom.dicom.deidentify.SafePrivateList;
import org.strongroom.dicom.fuzz.DataSetProperties;
import org.strongroom.dicom.fuzz.Described;
import org.strongroom.dicom.model.DicomJsonReader;
import org.strongroom.dicom.model.DicomJsonWriter;
import org.strongroom.dicom.model.NativeXmlReader;
import org.strongroom.dicom.model.NativeXmlWriter;
import org.strongroom.dicom.model.ReadOptions;
import org.strongroom.dicom.validate.Validator;

/** All that follows items into items, in the deepest nesting that the limits allow, on a stack of 256 KB. */
class RecursionTest {
    private static final int STACK = 256 << 10;
    private static final Uid REPORT = new Uid("1.2.840.10008.5.1.4.1.1.88.33");
    private static final TransferSyntax EXPLICIT = TransferSyntax.ExplicitVRLittleEndian;

    record Walk(String name, Callable<?> run) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** A report's content in content, each item with a name to be recoded, a text that is none, and a UID. */
    private static byte[] deep() {
        byte[] content = new byte[0];
        for (int i = 0; i <= Limits.DEFAULT.nesting(); i++) {
            Bytes level = i == Limits.DEFAULT.nesting()
                    ? Bytes.explicit()
                            .element(0x00080005, "CS", "ISO_IR 100")
                            .element(0x00080016, "UI", REPORT.value())
                            .element(0x00080018, "UI", "1.2.3\0")
                            .element(0x00080060, "CS", "SR")
                    : Bytes.explicit();
            level.element(0x00100010, "PN", new byte[] {'A', (byte) 0xE4});
            level.element(0x0020000D, "UI", "1.2\0");
            level.element(0x0040A010, "CS", "CONTAINS");
            level.element(0x0040A040, "CS", "CONTAINER ");
            if (content.length > 0) {
                level.header(0x0040A730, "SQ", content.length + 8).item(content);
            }
            content = level.done();
        }
        return content;
    }

    static List<Walk> walks() {
        byte[] deep = deep();
        DataSet read = DataSet.read(deep, EXPLICIT, Limits.DEFAULT);
        List<Walk> walks = new ArrayList<>();
        walks.add(new Walk("DataSetReader, whole", () -> DataSet.read(deep, EXPLICIT, Limits.DEFAULT)));
        walks.add(new Walk(
                "DataSetReader, head", () -> DataSet.readHead(deep, deep.length, true, EXPLICIT, Limits.DEFAULT)));
        walks.add(new Walk("items of items, their texts", () -> {
            DataSetProperties.walk(read);
            return Described.of(read);
        }));
        walks.add(new Walk("TextFault", read::textFaults));
        walks.add(new Walk("DataSetPrinter", () -> {
            new DataSetPrinter(new StringBuilder(), 64).print(read);
            return read;
        }));
        for (TransferSyntax to : List.of(
                EXPLICIT,
                TransferSyntax.ImplicitVRLittleEndian,
                TransferSyntax.ExplicitVRBigEndian,
                TransferSyntax.DeflatedExplicitVRLittleEndian)) {
            walks.add(new Walk(
                    "DataSetWriter, " + to,
                    () -> read.with(Attributes.PatientID, "A").toBytes(to)));
        }
        walks.add(new Walk(
                "Rewriter", () -> DataSetProperties.rewrite(deep, EXPLICIT, TransferSyntax.ImplicitVRLittleEndian)));
        walks.add(new Walk("Recoding", () -> {
            assertThat(read.fits(SpecificCharacterSet.UTF_8)).isTrue();
            return read.recoded(SpecificCharacterSet.UTF_8).toBytes(EXPLICIT);
        }));
        walks.add(new Walk(
                "withItems",
                () -> DataSet.empty()
                        .withItems(Tag.of(0x0040, 0xA730), read.items(Tag.of(0x0040, 0xA730)))
                        .toBytes(EXPLICIT)));
        walks.add(new Walk(
                "Outline",
                () -> Outline.read(new ByteArrayInputStream(deep), EXPLICIT, Limits.DEFAULT, 1 << 16, 1 << 24)));
        walks.add(new Walk("DicomJsonWriter and -Reader", () -> {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            DicomJsonWriter writer = new DicomJsonWriter(out);
            writer.write(read);
            writer.flush();
            return DicomJsonReader.read(new ByteArrayInputStream(out.toByteArray()), ReadOptions.DEFAULT);
        }));
        walks.add(new Walk("NativeXmlWriter and -Reader", () -> {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            new NativeXmlWriter(out).write(read);
            return NativeXmlReader.read(new ByteArrayInputStream(out.toByteArray()), ReadOptions.DEFAULT);
        }));
        walks.add(new Walk("Validator", () -> Validator.validate(DataSet.empty(), read, EXPLICIT)));
        walks.add(new Walk("Deidentifier", () -> deidentified(deep)));
        return walks;
    }

    private static byte[] deidentified(byte[] deep) throws IOException {
        byte[] header = Part10.header(REPORT, new Uid("1.2.3"), EXPLICIT, Optional.empty());
        byte[] file = Arrays.copyOf(header, header.length + deep.length);
        System.arraycopy(deep, 0, file, header.length, deep.length);
        DeidentificationProfile profile = new DeidentificationProfile(
                EnumSet.noneOf(ProfileOption.class),
                SafePrivateList.standard(),
                true,
                DeidentificationProfile.DEFAULT_SHIFT_DAYS);
        Deidentifier deidentifier = new Deidentifier(
                profile,
                DeidentificationKey.of(
                        "a key that opens nothing, abc 123".substring(1).getBytes(StandardCharsets.US_ASCII)),
                "test",
                Limits.DEFAULT);
        if (deidentifier.examine(new ByteArrayInputStream(file)) instanceof Deidentifier.Ready ready) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            deidentifier.write(ready, new ByteArrayInputStream(file), out);
            return out.toByteArray();
        }
        throw new AssertionError("refused");
    }

    @ParameterizedTest
    @MethodSource("walks")
    void the_deepest_nesting_needs_no_more_than_256_kilobytes_of_stack(Walk walk) throws Exception {
        List<Throwable> failed = new ArrayList<>();
        Thread thread = new Thread(
                null,
                () -> {
                    try {
                        assertThat(walk.run.call()).isNotNull();
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                },
                "little stack",
                STACK);
        thread.setUncaughtExceptionHandler((_, e) -> failed.add(e));
        thread.start();
        thread.join();
        assertThat(failed).isEmpty();
    }

    @Test
    void the_data_set_is_as_deep_as_can_be() {
        DataSet at = DataSet.read(deep(), EXPLICIT, Limits.DEFAULT);
        int depth = 0;
        while (!at.items(Tag.of(0x0040, 0xA730)).isEmpty()) {
            at = at.items(Tag.of(0x0040, 0xA730)).getFirst();
            depth++;
        }
        assertThat(depth).isEqualTo(Limits.DEFAULT.nesting());
    }
}
