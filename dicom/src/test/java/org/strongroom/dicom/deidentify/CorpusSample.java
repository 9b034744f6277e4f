package org.strongroom.dicom.deidentify;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.testkit.Corpus;
import org.strongroom.testkit.Extent;

/** Files of the corpus that can be de-identified, a number of them by chance or all. */
final class CorpusSample {
    /** The longest file that a sample has. */
    private static final int LONGEST = 150_000;

    /** A file with what came of it. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Done(Corpus.Entry entry, byte[] before, byte[] after) {
        DataSet read() throws IOException {
            return Deidentified.read(after);
        }
    }

    private CorpusSample() {}

    static DeidentificationProfile accepting(ProfileOption... options) {
        return new DeidentificationProfile(
                Set.of(options), SafePrivateList.standard(), true, DeidentificationProfile.DEFAULT_SHIFT_DAYS);
    }

    static Corpus corpus() {
        Optional<Corpus> corpus = Corpus.find();
        assumeTrue(corpus.isPresent(), Corpus.ABSENT);
        return corpus.orElseThrow();
    }

    /** The seed is printed. */
    static List<Corpus.Entry> entries(String test, int count) throws IOException {
        long seed = System.nanoTime();
        System.out.println(test + " seed " + seed);
        List<Corpus.Entry> entries = new ArrayList<>(corpus().entries());
        entries.removeIf(entry -> !Extent.FULL && entry.bytes() > LONGEST);
        Collections.shuffle(entries, new Random(seed));
        return entries.subList(0, Extent.of(count, entries.size()));
    }

    /** Empty where it is refused or damaged. */
    static Optional<Done> done(Corpus.Entry entry, DeidentificationProfile profile) throws IOException {
        byte[] file = corpus().bytes(entry);
        Deidentifier deidentifier = Deidentified.with(profile);
        try {
            return deidentifier.examine(new ByteArrayInputStream(file)) instanceof Deidentifier.Ready
                    ? Optional.of(new Done(entry, file, Deidentified.bytes(file, profile)))
                    : Optional.empty();
        } catch (DicomFormatException e) {
            return Optional.empty();
        }
    }

    static List<Done> all(String test, int count, DeidentificationProfile profile) throws IOException {
        List<Done> all = new ArrayList<>();
        for (Corpus.Entry entry : entries(test, count)) {
            done(entry, profile).ifPresent(all::add);
        }
        return all;
    }
}
