package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.strongroom.dicom.fuzz.FileTarget;
import org.strongroom.testkit.Corpus;
import org.strongroom.testkit.Extent;

/** Files damaged at random, for which must hold what {@link FileTarget} asks of those that the fuzzer makes. */
class HostileInputTest {
    private static final int LONGEST = 60_000;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private int read;
    private int refused;

    @Test
    void changed_and_shortened_files_raise_no_other_exception() throws IOException {
        Optional<Corpus> found = Corpus.find();
        assumeTrue(found.isPresent(), Corpus.ABSENT);
        Corpus corpus = found.orElseThrow();
        Random random = new Random(seed);
        for (Corpus.Entry entry : corpus.entries()) {
            if (entry.bytes() <= LONGEST && (Extent.FULL || random.nextInt(3) == 0)) {
                byte[] file = corpus.bytes(entry);
                for (int round = 0; round < Extent.of(4, 100); round++) {
                    String what = entry.path() + " round " + round + ", -Dseed=" + seed;
                    tryReading(changed(file, random), what);
                }
            }
        }
        System.out.println("HostileInputTest: seed " + seed + ", read " + read + ", refused " + refused);
        assertThat(read).isPositive();
        assertThat(refused).isPositive();
    }

    /** A few bytes changed near the beginning, where the headers are, or lengths made extreme, or the end cut off. */
    private static byte[] changed(byte[] file, Random random) {
        byte[] bytes = random.nextInt(4) == 0 ? Arrays.copyOf(file, random.nextInt(file.length + 1)) : file.clone();
        int reach = Math.min(bytes.length, random.nextBoolean() ? 4096 : LONGEST);
        for (int i = random.nextInt(4); i >= 0 && reach > 8; i--) {
            int at = random.nextInt(reach - 8);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> Arrays.fill(bytes, at, at + 4, (byte) (random.nextBoolean() ? 0xFF : 0));
                case 2 -> System.arraycopy(bytes, random.nextInt(reach - 8), bytes, at, 8);
                default -> bytes[at] = (byte) random.nextInt();
            }
        }
        return bytes;
    }

    private void tryReading(byte[] file, String what) throws IOException {
        try {
            if (FileTarget.hold(file)) {
                read++;
            } else {
                refused++;
            }
        } catch (RuntimeException | AssertionError | StackOverflowError e) {
            throw new AssertionError(what + ": " + e.getMessage(), e);
        }
    }
}
