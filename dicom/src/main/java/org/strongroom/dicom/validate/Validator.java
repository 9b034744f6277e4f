package org.strongroom.dicom.validate;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Irregularity;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/**
 * Checks an instance against the standard: file (PS3.10), encoding and values (PS3.5), dictionary (PS3.6), modules of its
 * IOD (PS3.3). Whatever it finds, the instance may be stored: findings are told, never enforced.
 */
public final class Validator {
    /** A longer data set is read up to its first bulk value; of that only the framing is looked at. */
    private static final int WHOLE_BYTES = 16 << 20;

    private static final Limits LIMITS = new Limits(
            Limits.DEFAULT.nesting(),
            200_000,
            Limits.DEFAULT.valueBytes(),
            Limits.DEFAULT.inflateRatio(),
            64L << 20,
            64L << 20);

    private static final int PIXEL_GROUP = 0x7FE0;

    private final Findings findings = new Findings();

    private Validator() {}

    /**
     * Checks a file, with or without File Meta Information; one that can't be read has one finding that says where.
     * Memory is bounded whatever the file's length. The caller closes {@code in}.
     *
     * @throws IOException when {@code in} fails
     */
    public static Report validate(InputStream in) throws IOException {
        Validator validator = new Validator();
        try {
            return validator.file(in);
        } catch (DicomFormatException e) {
            Findings one = new Findings();
            Level nothing = Level.root(DataSet.empty(), null);
            one.add(Rule.CANNOT_BE_READ, nothing, null, String.valueOf(e.getMessage()));
            return one.report(Optional.empty(), "");
        }
    }

    /** Checks an instance that was read already; {@code meta} is empty where there is no File Meta Information. */
    public static Report validate(DataSet meta, DataSet dataSet, TransferSyntax syntax) {
        return new Validator().instance(Level.root(meta, null), Level.root(dataSet, null), syntax);
    }

    private Report file(InputStream in) throws IOException {
        Part10 file = Part10.open(in, LIMITS);
        byte[] bytes = file.body().readNBytes(WHOLE_BYTES);
        int next = bytes.length < WHOLE_BYTES ? -1 : file.body().read();
        Level meta = Level.root(file.meta(), null);
        if (next < 0) {
            DataSet dataSet = DataSet.read(bytes, file.syntax(), LIMITS);
            return instance(meta, Level.root(dataSet, null), file.syntax());
        }
        DataSet.Head head = DataSet.readHead(bytes, bytes.length, false, file.syntax(), LIMITS)
                .orElseThrow(() -> new DicomFormatException(
                        "more than " + WHOLE_BYTES + " bytes before the bulk values", WHOLE_BYTES, ""));
        if (file.syntax().deflated()) {
            Level root = Level.root(head.elements(), null);
            findings.add(Rule.NOT_CHECKED, root, null, "a long deflated data set: only what stands before its bulk");
            return partly(meta, root, file.syntax());
        }
        int end = (int) head.endOffset();
        InputStream rest = new SequenceInputStream(
                new ByteArrayInputStream(Arrays.copyOfRange(bytes, end, bytes.length)),
                new SequenceInputStream(new ByteArrayInputStream(new byte[] {(byte) next}), file.body()));
        Bulk bulk = new Framing(rest, file.syntax(), head.endOffset()).read();
        return instance(meta, Level.root(head.elements(), bulk), file.syntax());
    }

    private Report instance(Level meta, Level root, TransferSyntax syntax) {
        Bulk bulk = root.bulk();
        if (bulk != null && bulk.tag().group() != PIXEL_GROUP) {
            findings.add(Rule.NOT_CHECKED, root, bulk.tag(), "a long data set: this long value and what follows it");
            return partly(meta, root, syntax);
        }
        if (bulk != null) {
            findings.add(Rule.NOT_CHECKED, root, bulk.tag(), "a long data set: what follows its pixel data");
        }
        elements(meta, root, syntax);
        Optional<Uid> sopClass = MetaCheck.sopClass(meta, root);
        Optional<Definitions.Iod> iod = sopClass.flatMap(Definitions.standard()::iod);
        checkSopClass(root, sopClass, iod.isPresent());
        iod.ifPresent(found -> checkIod(root, found));
        new PixelCheck(findings).check(root, syntax);
        return findings.report(sopClass, iod.map(Definitions.Iod::name).orElse(""));
    }

    /** Checks what holds of each element by itself, where the rest of the data set is not known. */
    private Report partly(Level meta, Level root, TransferSyntax syntax) {
        elements(meta, root, syntax);
        return findings.report(MetaCheck.sopClass(meta, root), "");
    }

    private void elements(Level meta, Level root, TransferSyntax syntax) {
        ElementCheck elements = new ElementCheck(findings);
        if (!meta.elements().tags().isEmpty()) {
            elements.check(meta);
        }
        new MetaCheck(findings).check(meta, root, syntax);
        checkFraming(root);
        elements.check(root);
    }

    private void checkFraming(Level root) {
        for (Irregularity irregularity : root.elements().irregularities()) {
            @Nullable
            String message = switch (irregularity) {
                case MISSING_DELIMITER -> "a delimiter is missing";
                case STRAY_DELIMITER -> "a delimiter where none belongs";
                default -> null;
            };
            if (message != null) {
                findings.add(Rule.DELIMITER, root, null, message);
            }
        }
        Set<Irregularity> all = root.elements().irregularities();
        if (all.contains(Irregularity.TRAILING_ZEROS)) {
            findings.add(Rule.TRAILING_ZEROS, root, null, "zeros after the last element");
        }
    }

    private void checkSopClass(Level root, Optional<Uid> sopClass, boolean known) {
        if (sopClass.isEmpty()) {
            findings.add(Rule.SOP_CLASS, root, new Tag(0x00080016), "no SOP Class UID: no IOD to check");
        } else if (!known) {
            Optional<String> name = Dictionary.standard().uidName(sopClass.get());
            if (Dictionary.standard().isRetired(sopClass.get())) {
                findings.add(Rule.SOP_CLASS_RETIRED, root, new Tag(0x00080016), "retired: its modules are not checked");
            } else {
                findings.add(
                        Rule.SOP_CLASS_UNKNOWN,
                        root,
                        new Tag(0x00080016),
                        name.isPresent() ? "no IOD in the tables" : "no SOP class of the standard");
            }
        }
    }

    private void checkIod(Level root, Definitions.Iod iod) {
        ModuleCheck modules = new ModuleCheck(findings);
        Set<String> used = modules.check(root, iod);
        if (!iod.groups().isEmpty()) {
            new FrameCheck(findings, modules).check(root, iod);
        }
        if (used.contains("sr-document-content")) {
            new ContentTreeCheck(findings, modules, iod).check(root);
        }
    }
}
