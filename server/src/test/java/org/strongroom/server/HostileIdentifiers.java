package org.strongroom.server;

import static org.strongroom.dicom.Attributes.PatientName;
import static org.strongroom.dicom.Attributes.QueryRetrieveLevel;
import static org.strongroom.dicom.Attributes.RequestAttributesSequence;
import static org.strongroom.dicom.Attributes.StudyDate;
import static org.strongroom.dicom.Attributes.StudyInstanceUID;
import static org.strongroom.dicom.Attributes.StudyTime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DataSetBuilder;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.VR;

/** Identifiers of C-FIND that nobody should send, in Study Root, each with the kind of status that must answer it. */
final class HostileIdentifiers {
    /** In Implicit VR a list of UIDs may be as long as it likes. */
    static final TransferSyntax SYNTAX = TransferSyntax.ImplicitVRLittleEndian;

    private static final Tag CONTENT = Tag.of(0x0040, 0xA730);
    private static final Tag COMMENTS = Tag.of(0x0010, 0x4000);
    private static final Tag TEXT = Tag.of(0x0040, 0xA160);
    private static final int LONGEST = 256 << 10;

    /** What must come of it. */
    enum Answer {
        /** Success, with whatever matches, and perhaps with keys not supported. */
        SUCCESS,
        /** A900: not of the model. */
        NOT_OF_THE_MODEL,
        /** Cxxx: not understood. */
        NOT_UNDERSTOOD,
        /** Any of these: what matters is that there is one. */
        ANY,
        /** The association is aborted. */
        ABORT
    }

    record Identifier(String name, DataSet keys, Answer answer) {}

    private final List<Identifier> all = new ArrayList<>();

    private HostileIdentifiers() {}

    static List<Identifier> all() {
        HostileIdentifiers made = new HostileIdentifiers();
        made.levels();
        made.wildCards();
        made.ranges();
        made.uids();
        made.sequences();
        made.otherVrs();
        made.numbers();
        made.lengths();
        return List.copyOf(made.all);
    }

    private void add(String name, DataSet keys, Answer answer) {
        all.add(new Identifier(name, keys, answer));
    }

    private static DataSet studies() {
        return DataSet.empty().with(QueryRetrieveLevel, "STUDY");
    }

    private static DataSet text(Tag tag, VR vr, String... values) {
        String value = String.join("\\", values);
        return value.length() < 65_000 ? studies().withText(tag, vr, List.of(values)) : longText(tag, value);
    }

    /** Longer than explicit VR has room for. */
    private static DataSet longText(Tag tag, String value) {
        byte[] level = studies().toBytes(SYNTAX);
        byte[] bytes = (value + (value.length() % 2 == 0 ? "" : "\0")).getBytes(StandardCharsets.US_ASCII);
        ByteBuffer all = ByteBuffer.allocate(level.length + 8 + bytes.length).order(ByteOrder.LITTLE_ENDIAN);
        all.put(level).putShort((short) tag.group()).putShort((short) tag.element());
        all.putInt(bytes.length).put(bytes);
        return DataSet.read(all.array(), SYNTAX, Limits.DEFAULT);
    }

    private void levels() {
        add("nothing in it", DataSet.empty(), Answer.NOT_OF_THE_MODEL);
        add("no level", DataSet.empty().withText(StudyDate.tag(), VR.DA, List.of("20200101")), Answer.NOT_OF_THE_MODEL);
        for (String level : List.of("PATIENT", "study", "NOSUCH", "STUDY*", "", " ", "../../etc/passwd", "*")) {
            add(
                    "level " + level,
                    DataSet.empty().withText(QueryRetrieveLevel.tag(), VR.CS, List.of(level)),
                    Answer.NOT_OF_THE_MODEL);
        }
        add(
                "two levels",
                DataSet.empty().withText(QueryRetrieveLevel.tag(), VR.CS, List.of("STUDY", "SERIES")),
                Answer.NOT_OF_THE_MODEL);
        add(
                "10,000 levels",
                DataSet.empty().withText(QueryRetrieveLevel.tag(), VR.CS, Collections.nCopies(10_000, "STUDY")),
                Answer.NOT_OF_THE_MODEL);
        DataSet series = DataSet.empty().with(QueryRetrieveLevel, "SERIES");
        add("series of no study", series, Answer.NOT_OF_THE_MODEL);
        for (String study : List.of("*", "1.2.*", "?", " ")) {
            add(
                    "series of study " + study,
                    series.withText(StudyInstanceUID.tag(), VR.UI, List.of(study)),
                    Answer.NOT_OF_THE_MODEL);
        }
        add(
                "series of two studies",
                series.withText(StudyInstanceUID.tag(), VR.UI, List.of("1.2", "1.3")),
                Answer.NOT_OF_THE_MODEL);
    }

    private void wildCards() {
        Tag name = PatientName.tag();
        add("stars", text(name, VR.PN, "*".repeat(256)), Answer.SUCCESS);
        add("10,000 stars", text(name, VR.PN, "*".repeat(10_000)), Answer.SUCCESS);
        add("question marks", text(name, VR.PN, "?".repeat(256)), Answer.SUCCESS);
        add("one too many", text(name, VR.PN, "?".repeat(257)), Answer.NOT_UNDERSTOOD);
        add("stars and letters in turn", text(name, VR.PN, "*a".repeat(128)), Answer.SUCCESS);
        add("all but the last letter matches", text(name, VR.PN, "*C*A*N*A*R*Y*^*H*O*S*T*I*L*E*!"), Answer.SUCCESS);
        add("stars and question marks", text(name, VR.PN, "*?".repeat(128)), Answer.SUCCESS);
        add("wild groups", text(name, VR.PN, "*=*=*=*=*"), Answer.SUCCESS);
        add("wild date", text(StudyDate.tag(), VR.DA, "2020*"), Answer.NOT_UNDERSTOOD);
        add("wild UID", text(StudyInstanceUID.tag(), VR.UI, "1.2.*"), Answer.NOT_UNDERSTOOD);
        add("text of 1024", text(TEXT, VR.UT, "*" + "a".repeat(1022) + "*"), Answer.SUCCESS);
        add("text of 1025", text(TEXT, VR.UT, "*" + "a".repeat(1023) + "*"), Answer.NOT_UNDERSTOOD);
        add(
                "an expression of another language",
                text(name, VR.PN, "(a+)+$|[%_]*'; DROP TABLE study; --"),
                Answer.SUCCESS);
    }

    private void ranges() {
        for (String range : List.of("20200101-19990101", "19000101-19000101", "-19990101", "20990101-")) {
            add("dates " + range, text(StudyDate.tag(), VR.DA, range), Answer.SUCCESS);
        }
        for (String range : List.of(
                "-", "--", "20200101-20210101-", "20201301", "20200132-", "0", "2020", "today", "-".repeat(1000))) {
            add(
                    "dates " + range.length() + range.charAt(0),
                    text(StudyDate.tag(), VR.DA, range),
                    Answer.NOT_UNDERSTOOD);
        }
        add("times upside down", text(StudyTime.tag(), VR.TM, "235959-000000"), Answer.SUCCESS);
        add("no time", text(StudyTime.tag(), VR.TM, "256060"), Answer.NOT_UNDERSTOOD);
    }

    private void uids() {
        Tag uid = StudyInstanceUID.tag();
        add("4096 UIDs", text(uid, VR.UI, uids(4096)), Answer.SUCCESS);
        add("4097 UIDs", text(uid, VR.UI, uids(4097)), Answer.NOT_UNDERSTOOD);
        add("10,000 UIDs", text(uid, VR.UI, uids(10_000)), Answer.NOT_UNDERSTOOD);
        for (String none : List.of("../../../../etc/passwd", "1..2", "1.2.", "1".repeat(65), "\u00011.2", "1.2;x")) {
            add("UID " + none.length(), text(uid, VR.UI, none), Answer.NOT_UNDERSTOOD);
        }
    }

    private static String[] uids(int count) {
        String[] uids = new String[count];
        for (int i = 0; i < count; i++) {
            uids[i] = "2.25." + (1000 + i);
        }
        return uids;
    }

    private static DataSet nested(int depth) {
        DataSet keys = DataSet.empty().withText(TEXT, VR.UT, List.of("x"));
        for (int i = 0; i < depth; i++) {
            keys = (i == depth - 1 ? studies() : DataSet.empty()).withItems(CONTENT, List.of(keys));
        }
        return keys;
    }

    private void sequences() {
        add("64 sequences deep", nested(64), Answer.SUCCESS);
        add("65 sequences deep", nested(65), Answer.NOT_OF_THE_MODEL);
        add("500 sequences deep", nested(500), Answer.NOT_OF_THE_MODEL);
        Tag requests = RequestAttributesSequence.tag();
        add("no item", studies().withItems(requests, List.of()), Answer.SUCCESS);
        add("an empty item", studies().withItems(requests, List.of(DataSet.empty())), Answer.SUCCESS);
        add(
                "two items",
                studies().withItems(requests, List.of(DataSet.empty(), DataSet.empty())),
                Answer.NOT_UNDERSTOOD);
        add(
                "20,000 items",
                studies().withItems(requests, Collections.nCopies(20_000, DataSet.empty())),
                Answer.NOT_UNDERSTOOD);
        add("a level within an item", DataSet.empty().withItems(requests, List.of(studies())), Answer.NOT_OF_THE_MODEL);
    }

    /** In Implicit VR the dictionary's VR is read into the bytes, whatever was meant. */
    private void otherVrs() {
        byte[] noise = new byte[61];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (byte) (i * 37 + 200);
        }
        for (Tag tag : List.of(
                PatientName.tag(),
                StudyDate.tag(),
                StudyInstanceUID.tag(),
                Tag.of(0x0028, 0x0010),
                Tag.of(0x0008, 0x0005),
                Tag.of(0x7FE0, 0x0010),
                Tag.of(0x0009, 0x1001),
                Tag.of(0x0020, 0x0013))) {
            String value = new String(noise, StandardCharsets.ISO_8859_1);
            add(
                    "noise in " + tag,
                    studies()
                            .withText(Tag.of(0x0008, 0x0005), VR.CS, List.of("ISO_IR 100"))
                            .withText(tag, VR.LT, List.of(value)),
                    Answer.ANY);
        }
        add("a sequence that is text", text(CONTENT, VR.LT, "x".repeat(64)), Answer.ANY);
        add("a character set of nowhere", text(Tag.of(0x0008, 0x0005), VR.CS, "NOSUCH"), Answer.SUCCESS);
    }

    private void numbers() {
        add("511 keys beside the level", keys(511), Answer.SUCCESS);
        add("512 keys beside the level", keys(512), Answer.NOT_UNDERSTOOD);
        add("30,000 keys", keys(30_000), Answer.NOT_UNDERSTOOD);
    }

    private static DataSet keys(int count) {
        DataSetBuilder keys = new DataSetBuilder(studies());
        for (int i = 0; i < count; i++) {
            keys.empty(Tag.of(0x0021, 0x1000 + i), VR.LO);
        }
        return keys.build();
    }

    private void lengths() {
        add("256 KiB", ofLength(LONGEST), Answer.NOT_UNDERSTOOD);
        add("256 KiB and 2", ofLength(LONGEST + 2), Answer.ABORT);
        add("4 MiB", ofLength(4 << 20), Answer.ABORT);
        add("the longest value", text(COMMENTS, VR.LT, "x".repeat(10_240)), Answer.SUCCESS);
        add("a longer one", text(COMMENTS, VR.LT, "x".repeat(10_241)), Answer.NOT_UNDERSTOOD);
    }

    private static DataSet ofLength(int length) {
        int rest = length - studies().toBytes(SYNTAX).length - 8;
        return text(COMMENTS, VR.LT, "x".repeat(rest));
    }
}
