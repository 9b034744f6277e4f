package org.strongroom.dicom.deidentify;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.strongroom.dicom.Bytes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.VR;
import org.strongroom.testkit.Corpus;
import org.strongroom.testkit.Extent;

/** Damaged files and those beyond a limit are refused by name, or what comes out can be read. */
class DamagedTest {
    private static final int LONGEST = 60_000;
    private static final Tag COMMENT = new Tag(0x00204000);

    @Test
    void a_change_anywhere_is_refused_or_what_comes_out_can_be_read() throws IOException {
        long seed = System.nanoTime();
        System.out.println("DamagedTest seed " + seed);
        Random random = new Random(seed);
        int refused = 0;
        int done = 0;
        Set<String> syntaxes = new TreeSet<>();
        for (Corpus.Entry entry : CorpusSample.entries("damaged", 25)) {
            byte[] file = CorpusSample.corpus().bytes(entry);
            for (int i = 0; i < Extent.of(6, 40) && file.length < LONGEST && file.length > 0; i++) {
                byte[] changed = changed(file, random);
                try {
                    Deidentifier deidentifier = Deidentified.with(CorpusSample.accepting());
                    if (deidentifier.examine(new ByteArrayInputStream(changed)) instanceof Deidentifier.Refused) {
                        refused++;
                        continue;
                    }
                    byte[] after = Deidentified.bytes(changed, CorpusSample.accepting());
                    assertThat(Deidentified.read(after).text(new Tag(0x00120062)))
                            .containsExactly("YES");
                    syntaxes.add(entry.transferSyntax());
                    done++;
                } catch (DicomFormatException e) {
                    refused++;
                } catch (RuntimeException e) {
                    throw new AssertionError(entry.path() + " seed " + seed, e);
                }
            }
        }
        System.out.println("DamagedTest: done " + done + ", refused " + refused + ", " + syntaxes);
        assertThat(done).isPositive();
        assertThat(refused).isPositive();
    }

    private static byte[] changed(byte[] file, Random random) {
        byte[] changed = file.clone();
        int at = random.nextInt(Math.min(file.length, random.nextBoolean() ? 1500 : file.length));
        switch (random.nextInt(4)) {
            case 0 -> changed[at] = (byte) random.nextInt(256);
            case 1 -> changed[at] ^= (byte) (1 << random.nextInt(8));
            case 2 -> {
                return Arrays.copyOf(file, at);
            }
            default -> {
                int count = Math.min(1 + random.nextInt(8), file.length - at);
                System.arraycopy(changed, at, changed, random.nextInt(file.length - count + 1), count);
            }
        }
        return changed;
    }

    private static byte[] file(Bytes dataSet) {
        return Deidentified.file(dataSet.done(), TransferSyntax.ExplicitVRLittleEndian);
    }

    private static Bytes ct() {
        return Bytes.explicit()
                .element(0x00080016, "UI", (Deidentified.SOP_CLASS + "\0").getBytes(US_ASCII))
                .element(0x00080018, "UI", "1.2.3.4\0".getBytes(US_ASCII));
    }

    private static void write(byte[] file, Limits limits) throws IOException {
        Deidentifier deidentifier = new Deidentifier(DeidentificationProfile.BASIC, Deidentified.KEY, "test", limits);
        if (deidentifier.examine(new ByteArrayInputStream(file)) instanceof Deidentifier.Ready ready) {
            deidentifier.write(ready, new ByteArrayInputStream(file), OutputStream.nullOutputStream());
        } else {
            throw new AssertionError("refused");
        }
    }

    @Test
    void a_value_to_be_examined_may_be_as_long_as_a_value_may_be_and_no_longer() throws IOException {
        Limits limits = new Limits(64, 1000, 1000, 100, 1 << 20, 1 << 20);
        write(file(ct().element(0x0020000D, "UI", new byte[1000])), limits);
        assertThatThrownBy(() -> write(file(ct().element(0x0020000D, "UI", new byte[1002])), limits))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("longer than 1000 bytes");
    }

    @Test
    void the_number_of_elements_is_bounded() throws IOException {
        Bytes thirty = ct();
        for (int i = 2; i < 30; i++) {
            thirty.element(0x00189000 + i, "LO", new byte[0]);
        }
        byte[] file = file(thirty);
        write(file, new Limits(64, 30, 1000, 100, 1 << 20, 1 << 20));
        assertThatThrownBy(() -> write(file, new Limits(64, 29, 1000, 100, 1 << 20, 1 << 20)))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("more than 29 elements");
    }

    @Test
    void sequences_are_as_deep_as_the_limit_and_no_deeper() throws IOException {
        write(nested(3), new Limits(3, 1000, 1000, 100, 1 << 20, 1 << 20));
        assertThatThrownBy(() -> write(nested(4), new Limits(3, 1000, 1000, 100, 1 << 20, 1 << 20)))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("nested deeper than 3");
    }

    private static byte[] nested(int depth) {
        DataSet inner = DataSet.empty().withText(COMMENT, VR.LT, List.of("CANARY"));
        for (int i = 0; i < depth; i++) {
            inner = DataSet.empty().withItems(new Tag(0x00081115), List.of(inner));
        }
        DataSet all = inner.withText(Subject.SOP_CLASS, VR.UI, List.of(Deidentified.SOP_CLASS))
                .withText(Subject.SOP_INSTANCE, VR.UI, List.of("1.2.3.4"));
        TransferSyntax syntax = TransferSyntax.ExplicitVRLittleEndian;
        return Deidentified.file(all.toBytes(syntax), syntax);
    }
}
