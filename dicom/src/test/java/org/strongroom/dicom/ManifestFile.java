package org.strongroom.dicom;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.strongroom.testkit.Corpus;

/** A file of the corpus as our reader sees it: what MANIFEST.tsv measured, measured again. */
final class ManifestFile {
    final Corpus.Entry entry;
    final byte[] bytes;
    final @Nullable Part10 file;
    final byte[] body;
    private final @Nullable DataSet dataSet;
    final Optional<Frames> frames;
    /** Why it is not read; empty where it is. */
    final String refusal;

    int privateElements;
    int depth;
    boolean undefinedLengths;
    boolean unknownVr;
    boolean groupLengths;

    ManifestFile(Corpus.Entry entry, byte[] bytes) throws IOException {
        this.entry = entry;
        this.bytes = bytes;
        Part10 opened = null;
        DataSet read = null;
        byte[] rest = new byte[0];
        String why = "";
        try {
            opened = Part10.open(new ByteArrayInputStream(bytes), Limits.DEFAULT);
            rest = opened.body().readAllBytes();
            read = DataSet.read(rest, opened.syntax(), Limits.DEFAULT);
        } catch (DicomFormatException e) {
            why = String.valueOf(e.getMessage());
        }
        file = opened;
        body = rest;
        dataSet = read;
        refusal = why;
        frames = read == null || opened == null ? Optional.empty() : Frames.of(read, opened.syntax());
        if (read != null) {
            measure(read, 0);
        }
    }

    boolean isRead() {
        return dataSet != null;
    }

    /** The data set; of one that is refused, what stands before its bulk where that much is sound, else nothing. */
    DataSet dataSet() {
        DataSet whole = dataSet;
        if (whole != null) {
            return whole;
        }
        Part10 opened = file;
        if (opened == null) {
            return DataSet.empty();
        }
        try {
            return DataSet.readHead(body, body.length, false, opened.syntax(), Limits.DEFAULT)
                    .map(DataSet.Head::elements)
                    .orElse(DataSet.empty());
        } catch (DicomFormatException e) {
            return DataSet.empty();
        }
    }

    DataSet meta() {
        Part10 opened = file;
        return opened == null ? DataSet.empty() : opened.meta();
    }

    TransferSyntax syntax() {
        Part10 opened = file;
        return opened == null ? TransferSyntax.ImplicitVRLittleEndian : opened.syntax();
    }

    boolean hasPrefix() {
        return bytes.length >= 132 && Value.intAt(bytes, 128, true) == 0x4449434D;
    }

    /** Everything not as it should be, of file, data set and framing, in order. */
    Set<String> irregularities() {
        Set<String> all = new TreeSet<>();
        Part10 opened = file;
        DataSet whole = dataSet;
        if (opened != null && whole != null) {
            Set<Irregularity> seen = EnumSet.noneOf(Irregularity.class);
            seen.addAll(opened.irregularities());
            seen.addAll(whole.irregularities());
            seen.forEach(one -> all.add(one.name()));
            frames.ifPresent(found -> found.irregularities().forEach(one -> all.add(one.name())));
        }
        return all;
    }

    boolean has(int... tags) {
        DataSet all = dataSet();
        for (int tag : tags) {
            if (all.contains(new Tag(tag))) {
                return true;
            }
        }
        return false;
    }

    String text(int tag) {
        return String.join("\\", dataSet().text(new Tag(tag)));
    }

    boolean hasOverlay() {
        return dataSet().tags().stream().anyMatch(tag -> (tag.code() & 0xFF010000) == 0x60000000);
    }

    private void measure(DataSet level, int deep) {
        depth = Math.max(depth, deep);
        for (Tag tag : level.tags()) {
            privateElements += (tag.group() & 1) == 1 ? 1 : 0;
            groupLengths |= tag.element() == 0;
            Element element = level.element(tag).orElseThrow();
            if (element instanceof Element.Sequence sequence) {
                undefinedLengths |= level.index().has(level.index().find(tag.code()), ElementIndex.UNDEFINED);
                sequence.items().forEach(item -> measure(item, deep + 1));
            } else {
                unknownVr |= element.vr() == VR.UN;
            }
        }
    }

    /** Fragments, the Basic Offset Table apart. */
    int fragments() {
        return frames.map(found -> found.stream().size()).orElse(0);
    }

    boolean hasBasicTable() {
        return dataSet()
                .fragmentList(Frames.PIXEL_DATA)
                .map(list -> list.basicTable.length > 0)
                .orElse(false);
    }

    Stream<DataSet> items(int sequence) {
        return dataSet().items(new Tag(sequence)).stream();
    }
}
