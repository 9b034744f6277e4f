package org.strongroom.dicom.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DataSetPrinter;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.Irregularity;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Rewriter;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.VR;

/**
 * What must hold of any bytes whatever that are read as a data set: they are refused by a {@link DicomFormatException}, or
 * they are read and then written back as they came; the head agrees with the whole; another encoding and back again
 * changes nothing; the rewriter, who never holds the whole, makes the same of them. Shared by the fuzz targets and the
 * tests over changed files.
 */
public final class DataSetProperties {
    /** Small, so that what grows is refused before it takes time. */
    public static final Limits LIMITS = new Limits(64, 100_000, 1 << 16, 100, 1 << 20, 8 << 20);

    /** Smaller still, so that a head ends early. */
    private static final Limits HEAD_LIMITS = new Limits(64, 100_000, 256, 100, 1 << 20, 8 << 20);

    /** Below 16 times the value limit, where a head may ask for more without end. */
    private static final int LONGEST_HEAD = 4096;

    private static final List<TransferSyntax> NATIVE = List.of(
            TransferSyntax.ExplicitVRLittleEndian,
            TransferSyntax.ImplicitVRLittleEndian,
            TransferSyntax.ExplicitVRBigEndian);

    /** Set by tools/fuzz, so that more inputs are tried in the same time. */
    private static final boolean SAMPLED = Boolean.getBoolean("strongroom.fuzz.sampled");

    private DataSetProperties() {}

    /** Whether the bytes were read. An AssertionError says which property does not hold. */
    public static boolean hold(byte[] body, TransferSyntax syntax) {
        headIsTheSameHoweverFewBytesThereAre(body, syntax);
        DataSet dataSet;
        try {
            dataSet = DataSet.read(body, syntax, LIMITS);
        } catch (DicomFormatException e) {
            return false;
        }
        require(Arrays.equals(body, dataSet.toBytes(syntax)), "written back as it came");
        walk(dataSet);
        int turn = Arrays.hashCode(body);
        if (has(turn, 0, 4)) {
            print(dataSet);
        }
        if (has(turn, 1, 2)) {
            anotherEncodingAndBack(dataSet, syntax, has(turn, 3, 16));
        }
        for (int i = 0; i < NATIVE.size(); i++) {
            if (has(turn, i, NATIVE.size() + 1)) {
                rewriterAgrees(body, syntax, dataSet, NATIVE.get(i));
            }
        }
        if (has(turn, 2, 4)) {
            editsShow(dataSet, syntax);
        }
        return true;
    }

    /** Whether a costly property has its turn: always, but while the fuzzer searches with one in {@code turns} inputs. */
    private static boolean has(int turn, int which, int turns) {
        return !SAMPLED || Math.floorMod(turn >> 4, turns) == which % turns;
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    private static void same(List<String> actual, List<String> expected, String what) {
        for (int i = 0; i < Math.max(actual.size(), expected.size()); i++) {
            String one = i < actual.size() ? actual.get(i) : "nothing";
            String other = i < expected.size() ? expected.get(i) : "nothing";
            require(one.equals(other), what + ": " + one + " instead of " + other);
        }
    }

    private static void headIsTheSameHoweverFewBytesThereAre(byte[] body, TransferSyntax syntax) {
        int longest = syntax.deflated() ? body.length : Math.min(body.length, LONGEST_HEAD);
        DataSet.@Nullable Head whole = head(body, longest, true, syntax).orElse(null);
        if (whole != null && whole.elements().irregularities().contains(Irregularity.UNKNOWN_VR)) {
            return; // a long value of an unknown VR is not waited for: where it ends is guessed
        }
        for (int length = 12; length < longest; length += 1 + length / 2) {
            Optional<DataSet.Head> part;
            try {
                part = DataSet.readHead(body, length, false, syntax, HEAD_LIMITS);
            } catch (DicomFormatException e) {
                // An element without VR must fit; in a beginning that is believed up to the longest value. How long a
                // head
                // gets once inflated is not known beforehand.
                require(
                        whole == null
                                || whole.elements().irregularities().contains(Irregularity.IMPLICIT_ELEMENT)
                                || (syntax.deflated() && whole.endOffset() > LONGEST_HEAD),
                        "a beginning is refused of what is read whole: " + e.getMessage());
                return;
            }
            if (part.isPresent() && whole != null) {
                require(part.get().endOffset() == whole.endOffset(), "the head ends elsewhere in a beginning");
                require(part.get().bulkEnd() == whole.bulkEnd(), "the bulk ends elsewhere in a beginning");
                require(
                        Described.of(part.get().elements()).equals(Described.of(whole.elements())),
                        "the head is another in a beginning");
            }
        }
    }

    private static Optional<DataSet.Head> head(byte[] body, int length, boolean complete, TransferSyntax syntax) {
        try {
            return DataSet.readHead(body, length, complete, syntax, HEAD_LIMITS);
        } catch (DicomFormatException e) {
            return Optional.empty();
        }
    }

    /** Asks for everything that may be asked for; what it says is not compared. */
    public static void walk(DataSet dataSet) {
        require(dataSet.toString().startsWith("DataSet["), "prints itself");
        for (Tag tag : dataSet.tags()) {
            require(dataSet.element(tag).isPresent(), "what is listed is there");
            dataSet.text(tag);
            dataSet.decodes(tag);
            dataSet.items(tag).forEach(DataSetProperties::walk);
        }
        dataSet.get(Attributes.PatientName);
        dataSet.get(Attributes.Rows);
        dataSet.all(Attributes.PixelSpacing);
        dataSet.get(Attributes.SOPInstanceUID);
        dataSet.get(Attributes.PixelData);
        dataSet.get(Attributes.StudyDate);
        dataSet.block(0x0009, "A");
    }

    private static void print(DataSet dataSet) {
        try {
            new DataSetPrinter(new StringBuilder(), 64).print(dataSet);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
    }

    /** What was written in a syntax once is the same after a way through the others that carry VRs. */
    private static void anotherEncodingAndBack(DataSet dataSet, TransferSyntax syntax, boolean deflatedToo) {
        TransferSyntax one = syntax.bigEndian() || !syntax.explicitVr()
                ? TransferSyntax.ExplicitVRLittleEndian
                : TransferSyntax.ExplicitVRBigEndian;
        TransferSyntax other =
                one.bigEndian() ? TransferSyntax.ExplicitVRLittleEndian : TransferSyntax.ExplicitVRBigEndian;
        byte[] there = dataSet.toBytes(one);
        DataSet read = again(there, one);
        byte[] back = read.toBytes(other);
        require(Arrays.equals(there, again(back, other).toBytes(one)), "another byte order and back");
        if (deflatedToo) {
            byte[] deflated = read.toBytes(TransferSyntax.DeflatedExplicitVRLittleEndian);
            DataSet inflated = again(deflated, TransferSyntax.DeflatedExplicitVRLittleEndian);
            require(Arrays.equals(there, again(inflated.toBytes(one), one).toBytes(one)), "deflated and inflated");
        }
        require(read.tags().equals(dataSet.tags()), "the same tags in another encoding");
        Set<Irregularity> odd = dataSet.irregularities();
        if (syntax.explicitVr() && !odd.contains(Irregularity.ODD_LENGTH)) {
            DataSet same = syntax.bigEndian() == one.bigEndian() ? read : again(back, other);
            same(Described.of(same), Described.of(dataSet), "the same values in another encoding");
        }
    }

    private static DataSet again(byte[] bytes, TransferSyntax syntax) {
        try {
            return DataSet.read(bytes, syntax, LIMITS);
        } catch (DicomFormatException e) {
            throw new AssertionError("what was written is not read as " + syntax + ": " + e.getMessage(), e);
        }
    }

    private static void rewriterAgrees(byte[] body, TransferSyntax syntax, DataSet whole, TransferSyntax to) {
        Set<Irregularity> odd = whole.irregularities();
        boolean copied = to.explicitVr() == syntax.explicitVr() && to.bigEndian() == syntax.bigEndian();
        // What a header without VR means, and that bytes at the end are no elements, is seen by looking ahead, which
        // the
        // rewriter can't do as far.
        if (copied
                || odd.contains(Irregularity.UNKNOWN_VR)
                || odd.contains(Irregularity.IMPLICIT_ELEMENT)
                || odd.contains(Irregularity.TRAILING_BYTES)) {
            return;
        }
        byte[] rewritten;
        try {
            rewritten = rewrite(body, syntax, to);
        } catch (DicomFormatException e) {
            throw new AssertionError("the rewriter refuses what is read: " + e.getMessage(), e);
        }
        boolean hides = odd.contains(Irregularity.DUPLICATE_ELEMENT) || !sequencesAreAsInTheDictionary(whole);
        if (!to.explicitVr() && hides) {
            return;
        }
        Optional<DataSet> expected = readable(whole.toBytes(to), to);
        Optional<DataSet> actual = readable(rewritten, to);
        require(expected.isPresent() == actual.isPresent(), "readable both as a whole and rewritten");
        if (expected.isPresent() && actual.isPresent()) {
            same(
                    Described.of(actual.get()),
                    Described.of(expected.get()),
                    "the rewriter agrees with the whole, in " + to);
        }
    }

    private static Optional<DataSet> readable(byte[] bytes, TransferSyntax syntax) {
        try {
            return Optional.of(DataSet.read(bytes, syntax, LIMITS));
        } catch (DicomFormatException e) {
            return Optional.empty();
        }
    }

    /**
     * In two passes, as it is meant, the bytes coming in pieces of any length.
     *
     * @throws DicomFormatException as the rewriter does
     */
    public static byte[] rewrite(byte[] bytes, TransferSyntax from, TransferSyntax to) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int representation = 0;
        int piece = 1;
        for (int pass = 0; pass < 2; pass++) {
            out.reset();
            try (Rewriter rewriter = new Rewriter(out, from, to, representation, LIMITS)) {
                for (int at = 0; at < bytes.length; at += piece) {
                    piece = Math.min(1 + piece * 31 % 257, bytes.length - at);
                    rewriter.write(bytes, at, piece);
                }
                rewriter.finish();
                representation = rewriter.pixelRepresentation();
            } catch (IOException e) {
                throw new IllegalStateException("writing to memory failed", e);
            }
        }
        return out.toByteArray();
    }

    /**
     * Whether what is a sequence is one in the dictionary too, and nothing else is. Implicit VR can't tell: there, a sequence
     * that the dictionary lacks shows by its undefined length alone.
     */
    private static boolean sequencesAreAsInTheDictionary(DataSet dataSet) {
        for (Tag tag : dataSet.tags()) {
            boolean named = Dictionary.standard()
                    .attribute(tag)
                    .map(entry -> entry.vrs().contains(VR.SQ))
                    .orElse(false);
            Element element = dataSet.element(tag).orElseThrow();
            boolean is = element instanceof Element.Sequence;
            // Fragments elsewhere than in pixel data have no form without VR.
            boolean formless = element instanceof Element.Fragments && tag.code() != 0x7FE00010;
            if (named != is || formless) {
                return false;
            }
            if (is && !dataSet.items(tag).stream().allMatch(DataSetProperties::sequencesAreAsInTheDictionary)) {
                return false;
            }
        }
        return true;
    }

    private static void editsShow(DataSet dataSet, TransferSyntax syntax) {
        DataSet edited = dataSet.with(Attributes.PatientID, "X");
        DataSet read = again(edited.toBytes(syntax), syntax);
        require(read.get(Attributes.PatientID).equals(Optional.of("X")), "what was put in is there");
        DataSet without = edited.without(Attributes.PatientID);
        require(!again(without.toBytes(syntax), syntax).contains(Attributes.PatientID), "what was taken out is gone");
        for (TransferSyntax other : NATIVE) {
            edited.toBytes(other);
        }
    }
}
