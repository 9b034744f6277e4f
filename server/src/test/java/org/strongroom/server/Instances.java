package org.strongroom.server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.Instance;
import org.strongroom.dimse.Proposal;
import org.strongroom.testkit.Corpus;

/** The storable instances of the corpus: data sets as they stand in the files. */
final class Instances {
    private static final Set<String> FOLDERS = Set.of("transfer-syntaxes", "modalities", "charsets", "studies");

    private Instances() {}

    /**
     * A file of the corpus as an instance; {@code bytes} is its data set, after the File Meta Information: as it is sent, so a
     * deflated one of odd length ends with one null (PS3.5 A.5).
     */
    @SuppressWarnings("ArrayRecordComponent") // identity is enough
    record Stored(
            Corpus.Entry file, Uid sopClass, Uid sopInstance, TransferSyntax syntax, DataSet elements, byte[] bytes)
            implements Instance {
        @Override
        public void writeTo(OutputStream out) throws IOException {
            out.write(bytes);
        }

        Uid study() {
            return elements.get(Attributes.StudyInstanceUID).orElseThrow();
        }

        Uid series() {
            return elements.get(Attributes.SeriesInstanceUID).orElseThrow();
        }

        @Override
        public String toString() {
            return file.path();
        }
    }

    /** What the corpus holds: instances that can be stored, and files that cannot, with the reason. */
    record Sorted(List<Stored> storable, Map<String, String> others) {}

    /**
     * Sorts the files. Storable is what has the four UIDs that say where an instance belongs, a transfer syntax of
     * PS3.6, and bytes that are a data set in it.
     */
    static Sorted sort(Corpus corpus) throws IOException {
        List<Stored> storable = new ArrayList<>();
        Map<String, String> others = new HashMap<>();
        for (Corpus.Entry entry : corpus.entries()) {
            if (FOLDERS.contains(entry.folder())) {
                try {
                    storable.add(read(entry, corpus.bytes(entry)));
                } catch (DicomFormatException e) {
                    others.put(entry.path(), String.valueOf(e.getMessage()));
                }
            }
        }
        return new Sorted(storable, others);
    }

    private static Stored read(Corpus.Entry entry, byte[] file) throws IOException {
        InputStream in = new ByteArrayInputStream(file);
        Part10 part10 = Part10.open(in, Limits.DEFAULT);
        byte[] bytes = part10.body().readAllBytes();
        TransferSyntax syntax = part10.syntax();
        if (!Dictionary.standard().transferSyntaxes().contains(syntax.uid())) {
            throw new DicomFormatException("transfer syntax is not one of PS3.6");
        }
        DataSet elements = DataSet.read(bytes, syntax, Limits.DEFAULT);
        for (var needed : List.of(
                Attributes.SOPClassUID,
                Attributes.SOPInstanceUID,
                Attributes.StudyInstanceUID,
                Attributes.SeriesInstanceUID)) {
            if (elements.get(needed).isEmpty()) {
                throw new DicomFormatException("no " + needed);
            }
        }
        return new Stored(
                entry,
                elements.get(Attributes.SOPClassUID).orElseThrow(),
                elements.get(Attributes.SOPInstanceUID).orElseThrow(),
                syntax,
                elements,
                syntax.deflated() && bytes.length % 2 != 0 ? Arrays.copyOf(bytes, bytes.length + 1) : bytes);
    }

    /**
     * Splits into rounds that agree with themselves: no SOP Instance UID twice, since the corpus has the same instance in
     * up to fifteen encodings and an archive shows one version of each; and no study of two patients, since an archive
     * shows the first and makes a conflict case of the second.
     */
    static List<List<Stored>> rounds(List<Stored> instances) {
        List<List<Stored>> rounds = new ArrayList<>();
        for (Stored instance : instances) {
            int round = 0;
            while (round < rounds.size() && rounds.get(round).stream().anyMatch(other -> disagree(instance, other))) {
                round++;
            }
            if (round == rounds.size()) {
                rounds.add(new ArrayList<>());
            }
            rounds.get(round).add(instance);
        }
        return rounds;
    }

    private static boolean disagree(Stored one, Stored other) {
        return one.sopInstance().equals(other.sopInstance())
                || (one.study().equals(other.study())
                        && !one.elements()
                                .text(Attributes.PatientID.tag())
                                .equals(other.elements().text(Attributes.PatientID.tag())));
    }

    /** Splits into lists that need at most {@code most} presentation contexts each. */
    static <I extends Instance> List<List<I>> batches(Collection<I> instances, int most) {
        List<List<I>> batches = new ArrayList<>();
        Set<String> contexts = new LinkedHashSet<>();
        for (I instance : instances) {
            contexts.add(instance.sopClass() + " " + instance.syntax());
            if (batches.isEmpty() || contexts.size() > most) {
                batches.add(new ArrayList<>());
                contexts.clear();
                contexts.add(instance.sopClass() + " " + instance.syntax());
            }
            batches.getLast().add(instance);
        }
        return batches;
    }

    /** A context for each SOP class and transfer syntax among the instances. */
    static Proposal propose(Proposal proposal, Collection<? extends Instance> instances, boolean asScp) {
        Set<String> seen = new LinkedHashSet<>();
        Proposal all = proposal;
        for (Instance instance : instances) {
            if (seen.add(instance.sopClass() + " " + instance.syntax())) {
                all = all.context(instance.sopClass(), instance.syntax());
                all = asScp ? all.role(instance.sopClass(), true, true) : all;
            }
        }
        return all;
    }
}
