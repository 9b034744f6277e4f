package org.strongroom.dicom.model;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.ByteRange;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.ElementCursor;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.VR;
import org.strongroom.testkit.Corpus;

/** What the tests of the models share: files of the corpus, both forms as bytes, and what is the same in two data sets. */
final class Models {
    private Models() {}

    /** A file that reads; empty for those that are to be refused. */
    static Optional<DataSet> read(Corpus corpus, Corpus.Entry entry) throws IOException {
        try {
            Part10 file = Part10.open(new ByteArrayInputStream(corpus.bytes(entry)), Limits.DEFAULT);
            return Optional.of(DataSet.read(file.body().readAllBytes(), file.syntax(), Limits.DEFAULT));
        } catch (DicomFormatException e) {
            return Optional.empty();
        }
    }

    static byte[] json(DataSet dataSet) {
        return json(dataSet, DicomJsonWriter.Layout.COMPACT, BulkReferences.NONE);
    }

    static byte[] json(DataSet dataSet, DicomJsonWriter.Layout layout, BulkReferences bulk) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            DicomJsonWriter writer = new DicomJsonWriter(out, layout, bulk);
            writer.write(dataSet);
            writer.flush();
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static DataSet ofJson(byte[] json) {
        return ofJson(json, ReadOptions.DEFAULT);
    }

    static DataSet ofJson(byte[] json, ReadOptions options) {
        try {
            return DicomJsonReader.read(new ByteArrayInputStream(json), options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] xml(DataSet dataSet) {
        return xml(dataSet, DicomJsonWriter.Layout.COMPACT, BulkReferences.NONE);
    }

    static byte[] xml(DataSet dataSet, DicomJsonWriter.Layout layout, BulkReferences bulk) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            new NativeXmlWriter(out, layout, bulk).write(dataSet);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static DataSet ofXml(byte[] xml) {
        return ofXml(xml, ReadOptions.DEFAULT);
    }

    static DataSet ofXml(byte[] xml, ReadOptions options) {
        try {
            return NativeXmlReader.read(new ByteArrayInputStream(xml), options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether all texts are characters in their character sets, items included. */
    static boolean decodes(DataSet dataSet) {
        return dataSet.tags().stream()
                .allMatch(tag ->
                        dataSet.decodes(tag) && dataSet.items(tag).stream().allMatch(Models::decodes));
    }

    /** Where two data sets differ, but for what a model does not keep. */
    static List<String> differences(DataSet one, DataSet other) {
        List<String> found = new ArrayList<>();
        compare("", one, other, found);
        return found;
    }

    /** Texts that take more bytes in the second though the character set is the same, items included. */
    static List<String> grown(DataSet one, DataSet other) {
        List<String> found = new ArrayList<>();
        grown("", one, other, found);
        return found;
    }

    private static void grown(String where, DataSet one, DataSet other, List<String> found) {
        for (Tag tag : kept(one)) {
            List<DataSet> items = one.items(tag);
            List<DataSet> others = other.items(tag);
            for (int i = 0; i < Math.min(items.size(), others.size()); i++) {
                grown(where + " " + tag, items.get(i), others.get(i), found);
            }
            if (one.element(tag).orElseThrow() instanceof Element.Encoded a
                    && other.element(tag).orElse(a) instanceof Element.Encoded b
                    && a.vr().isText()
                    && one.characterSet().equals(other.characterSet())
                    && b.bytes().byteSize() > a.bytes().byteSize() + a.bytes().byteSize() % 2) {
                found.add(where + " " + tag + " " + a.vr() + " grown to "
                        + b.bytes().byteSize() + " bytes");
            }
        }
    }

    private static List<Tag> kept(DataSet dataSet) {
        return dataSet.tags().stream()
                .filter(tag -> tag.element() != 0 && tag.group() != 2)
                .toList();
    }

    private static void compare(String where, DataSet one, DataSet other, List<String> found) {
        for (Tag tag : kept(one)) {
            if (!other.contains(tag)) {
                found.add(where + " " + tag + " in the first only");
            }
        }
        for (Tag tag : kept(other)) {
            // A data set whose texts are not ASCII says in what they are, even where the first did not.
            if (!one.contains(tag) && !tag.equals(Attributes.SpecificCharacterSet.tag())) {
                found.add(where + " " + tag + " in the second only");
            }
        }
        for (Tag tag : kept(one)) {
            if (!other.contains(tag)) {
                continue;
            }
            Element a = one.element(tag).orElseThrow();
            Element b = other.element(tag).orElseThrow();
            String at = where + " " + tag;
            if (a.vr() != b.vr()) {
                found.add(at + " VR " + a.vr() + " / " + b.vr());
            } else if (a instanceof Element.Sequence items && b instanceof Element.Sequence others) {
                if (items.items().size() != others.items().size()) {
                    found.add(at + " items");
                    continue;
                }
                for (int i = 0; i < items.items().size(); i++) {
                    compare(
                            at + "[" + (i + 1) + "]",
                            items.items().get(i),
                            others.items().get(i),
                            found);
                }
            } else if (a instanceof Element.Fragments fragments && b instanceof Element.Fragments others) {
                compareFragments(at, one, fragments, other, others, found);
            } else if (a instanceof Element.Encoded encoded && b instanceof Element.Encoded others) {
                compareValues(at, one, encoded, other, others, found);
            } else {
                found.add(at + " " + a + " / " + b);
            }
        }
    }

    private static void compareFragments(
            String at, DataSet one, Element.Fragments a, DataSet other, Element.Fragments b, List<String> found) {
        boolean same = a.fragments().size() == b.fragments().size();
        for (int i = 0; same && i < a.fragments().size(); i++) {
            ByteRange range = a.fragments().get(i);
            same = one.bytes(range).mismatch(other.bytes(b.fragments().get(i))) < 0;
        }
        if (!same) {
            found.add(at + " fragments");
        }
    }

    private static void compareValues(
            String at, DataSet one, Element.Encoded a, DataSet other, Element.Encoded b, List<String> found) {
        VR vr = a.vr();
        if (vr.isText()) {
            if (!texts(one, a).equals(texts(other, b))) {
                found.add(at + " " + vr + " text " + one.text(a.tag()) + " / " + other.text(b.tag()));
            }
            return;
        }
        byte[] bytes = littleEndian(one, a);
        byte[] others = littleEndian(other, b);
        byte[] even = Arrays.copyOf(bytes, bytes.length + bytes.length % 2);
        if (!Arrays.equals(even, others)) {
            found.add(at + " " + vr + " bytes" + (Arrays.equals(swapped(even), others) ? " swapped" : ""));
        }
    }

    /** Empty groups at the end of a name, and spaces before them, say nothing, PS3.5 section 6.2.1.1. */
    private static List<String> texts(DataSet dataSet, Element element) {
        List<String> texts = dataSet.text(element.tag());
        if (element.vr() != VR.PN) {
            return texts;
        }
        List<String> names =
                texts.stream().map(text -> text.replaceFirst("[= ]+\\z", "")).toList();
        return names.equals(List.of("")) ? List.of() : names;
    }

    /** Each two bytes the other way round. */
    private static byte[] swapped(byte[] even) {
        byte[] swapped = new byte[even.length];
        for (int i = 0; i < even.length; i++) {
            swapped[i] = even[i ^ 1];
        }
        return swapped;
    }

    private static byte[] littleEndian(DataSet dataSet, Element.Encoded element) {
        byte[] bytes = element.bytes().toArray(ValueLayout.JAVA_BYTE);
        ElementCursor cursor = dataSet.cursor();
        cursor.next();
        int unit = cursor.bigEndian() ? element.vr().unit() : 1;
        for (int from = 0; from + unit <= bytes.length; from += unit) {
            for (int i = 0; i < unit / 2; i++) {
                byte kept = bytes[from + i];
                bytes[from + i] = bytes[from + unit - 1 - i];
                bytes[from + unit - 1 - i] = kept;
            }
        }
        return bytes;
    }
}
