package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What each phrase of the manifest's notes claims of a file, as a check of what our reader says. */
final class ManifestNotes {
    /** Phrases that describe what another program made of the file, and where ours has reason to see it otherwise. */
    private static final List<String> DIFFERENCES = List.of(
            // Read from its DICM on, which is a value; the data set begins at the file's first byte.
            "malformed/no_preamble_dicm_in_data: 1 private elements",
            // One of the 180 is what the garbage looked like.
            "malformed/synthetic/trailing-garbage.dcm: 180 private elements",
            // That is as deep as the measuring program went.
            "malformed/synthetic/sequence-depth-64.dcm: sequence depth 31");

    private interface Check {
        void of(ManifestFile file, Matcher phrase);
    }

    private final Map<Pattern, Check> checks = new LinkedHashMap<>();
    int checked;

    ManifestNotes() {
        measured();
        pixels();
        malformed();
        synthetic();
    }

    /** Fails on a phrase that no check knows. */
    void check(ManifestFile file) {
        for (String phrase : file.entry.note().split("; ", -1)) {
            if (!phrase.isEmpty() && !DIFFERENCES.contains(file.entry + ": " + phrase)) {
                check(file, phrase);
            }
        }
    }

    private void check(ManifestFile file, String phrase) {
        for (Map.Entry<Pattern, Check> one : checks.entrySet()) {
            Matcher matcher = one.getKey().matcher(phrase);
            if (matcher.matches()) {
                try {
                    one.getValue().of(file, matcher);
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError(file.entry + ": " + phrase + ": " + e.getMessage(), e);
                }
                checked++;
                return;
            }
        }
        throw new AssertionError(file.entry + ": no check knows the phrase: " + phrase);
    }

    private void add(String regex, Check check) {
        checks.put(Pattern.compile(regex), check);
    }

    /** Of a file that is refused nothing of this is known, but what stands before its bulk where that is sound. */
    private void flag(String phrase, Predicate<ManifestFile> holds) {
        add(
                Pattern.quote(phrase),
                (file, _) -> assertThat(
                                holds.test(file) || file.dataSet().tags().isEmpty())
                        .isTrue());
    }

    private void measured() {
        add(
                "(\\d+) private elements",
                (file, m) -> ifRead(file, () -> assertThat(file.privateElements).isEqualTo(number(m, 1))));
        add(
                "sequence depth (\\d+)",
                (file, m) -> ifRead(file, () -> assertThat(file.depth).isEqualTo(number(m, 1))));
        flag("undefined-length sequences", file -> file.undefinedLengths);
        flag("VR UN", file -> file.unknownVr);
        flag("group length elements", file -> file.groupLengths);
        flag("no preamble/DICM", file -> !file.hasPrefix());
        flag("no meta group length", file -> !file.meta().contains(Attributes.FileMetaInformationGroupLength));
        flag("deflated data set", file -> file.syntax().deflated());
        flag("directory records", file -> file.has(0x00041220));
        add(
                "(\\d+) directory records",
                (file, m) -> assertThat(file.dataSet().items(Attributes.DirectoryRecordSequence))
                        .hasSize(number(m, 1)));
        flag("functional groups", file -> file.has(0x52009229, 0x52009230));
        flag("waveform", file -> file.has(0x54000100));
        flag("encapsulated document", file -> file.has(0x00420011));
        add(
                "PatientName = (.*)",
                (file, m) -> assertThat(file.text(0x00100010).replaceFirst("=+$", ""))
                        .isEqualTo(m.group(1)));
        add(
                "ISO_IR \\d+|GBK",
                (file, m) -> assertThat(file.dataSet().characterSet().terms()).contains(m.group()));
    }

    private void pixels() {
        flag("signed", file -> file.text(0x00280103).equals("1"));
        add("(\\d+) of (\\d+) bits stored", (file, m) -> {
            assertThat(file.text(0x00280101)).isEqualTo(m.group(1));
            assertThat(file.text(0x00280100)).isEqualTo(m.group(2));
        });
        add("(\\d+)-bit", (file, m) -> assertThat(file.text(0x00280100)).isEqualTo(m.group(1)));
        flag("planar", file -> file.text(0x00280006).equals("1"));
        flag("palette LUT", file -> file.has(0x00281201, 0x00281221));
        flag("segmented palette LUT", file -> file.has(0x00281221));
        flag("overlay", ManifestFile::hasOverlay);
        flag("modality LUT", file -> file.has(0x00283000));
        flag("VOI LUT", file -> file.has(0x00283010));
        flag("icon image", file -> file.has(0x00880200));
        flag(
                "ICC profile",
                file -> file.has(0x00282000)
                        || file.items(0x00480105).anyMatch(item -> item.contains(new Tag(0x00282000))));
        flag("tiled", file -> file.has(0x00480006));
        flag("double float pixel data", file -> file.has(0x7FE00009));
        add(
                "(empty )?basic offset table, (\\d+) fragments/(\\d+) frames",
                (file, m) -> ifRead(file, () -> {
                    assertThat(file.hasBasicTable()).isEqualTo(m.group(1) == null);
                    assertThat(file.fragments()).isEqualTo(number(m, 2));
                    assertThat(file.frames.orElseThrow().count()).isEqualTo(number(m, 3));
                }));
        add("frames split over fragments, with or without basic offset table \\(see file name\\)", (file, _) -> {
            String name = file.entry.path();
            Frames frames = file.frames.orElseThrow();
            assertThat(file.hasBasicTable()).isNotEqualTo(name.contains("no_bot") || !name.contains("bot"));
            assertThat(file.fragments() > frames.count())
                    .isEqualTo(!name.contains("not_fragmented") && !name.contains("CT1_UNC.fragmented"));
            assertThat(frames.located()).isEqualTo(frames.count());
        });
        add("(MPEG-2|H.264|HEVC)(.*) (\\d+) (video )?frames(, (\\d+)x(\\d+))?", (file, m) -> {
            assertThat(file.frames.orElseThrow().isStream()).isTrue();
            assertThat(file.frames.orElseThrow().count()).isEqualTo(number(m, 3));
            assertThat(m.group(5) == null
                            || (m.group(6).equals(file.text(0x00280011))
                                    && m.group(7).equals(file.text(0x00280010))))
                    .isTrue();
        });
        add("JPEG XL recompression, (\\d+) frames", (file, m) -> {
            assertThat(file.syntax().uid().value()).isEqualTo("1.2.840.10008.1.2.4.111");
            assertThat(file.frames.orElseThrow().located()).isEqualTo(number(m, 1));
        });
    }

    private void malformed() {
        add("dcmdump 3.6.7 exit (-?\\d+)(: .*)?", (file, m) -> {
            boolean refusedByPolicy = file.refusal.contains("unsupported transfer syntax")
                    || file.refusal.contains("grows beyond the limit")
                    || file.refusal.contains("a delimiter (FFFE,E00D) outside any sequence");
            assertThat(file.isRead() || number(m, 1) != 0 || refusedByPolicy).isTrue();
            assertThat(number(m, 1) == 0
                            || !file.isRead()
                            || !file.irregularities().isEmpty())
                    .isTrue();
        });
        refused("extremely deep sequence nesting (stack overflow test)", "nested deeper than");
        refused("pydicom 2.3.1: RecursionError", "nested deeper than");
        refused("declares 3 GB of bulk data, file is 100 KB", "a value of 3221225472 bytes in (7FE0,0010)");
        refused("pixel element odd: TypeError", "a value of 3221225472 bytes in (7FE0,0010)");
        refused("pixel data shorter than its length", "a value of 8192 bytes in (7FE0,0010)");
        refused("does not parse to the end with dcmtk 3.6.7 (invalid tag)", "a delimiter (FFFE,E000) outside");
        refused("data set without file meta", "neither a prefix nor a data set");
        flag(
                "monochrome image with dimensions that provoked out-of-bounds access",
                file -> file.irregularities().contains("TOO_SHORT"));
        flag("RLE frame split over fragments (not permitted)", file -> wholeFrameOf(file, 4));
        flag("JP2 container or odd stream in J2K transfer syntax", file -> wholeFrameOf(file, 1));
        flag("JP2 box header in front of the J2K codestream", file -> begins(file, "0000000C6A502020"));
        flag("J2K SOT marker inconsistent", file -> begins(file, "FF4FFF51"));
        flag(
                "JPEG baseline declared, no decodable JPEG stream",
                file -> wholeFrameOf(file, 1) && !begins(file, "FFD8FF"));
        flag(
                "explicit LE data set without preamble or meta group",
                file -> file.irregularities().contains("NO_META")
                        && file.syntax().equals(TransferSyntax.ExplicitVRLittleEndian));
        flag(
                "sequence of undefined length with mixed explicit/implicit/big-endian parts",
                file -> file.items(0x00082112).count() == 1
                        && file.frames.orElseThrow().located() == 1);
        flag("a JPEG 2000 fragment holds the bytes of a sequence delimiter tag", file -> {
            Frames frames = file.frames.orElseThrow();
            String bytes = new String(frames.bytes(file.dataSet(), 0), StandardCharsets.ISO_8859_1);
            return frames.ranges(0).size() == 1 && bytes.contains("\u00FE\u00FF\u00DD\u00E0");
        });
        flag(
                "fragment lengths must be used",
                file -> file.frames.orElseThrow().ranges(0).getFirst().length()
                        == file.dataSet()
                                .fragmentList(Frames.PIXEL_DATA)
                                .orElseThrow()
                                .length(0));
        flag("overlay larger than the image", file -> reachesBeyond(file, 0x60000010, 0, 0x00280010));
        flag(
                "declared transfer syntax and content may differ / decoded by dcmtk",
                file -> file.frames.orElseThrow().located() == 1
                        && file.irregularities().isEmpty());
        flag("PixelRepresentation disagrees with the sign bit of the J2K SIZ marker", file -> signDisagrees(file));
        flag("elements with VR UN that hold a sequence or known tags", file -> file.unknownVr || file.depth > 0);
        flag(
                "SOPClassUID unknown",
                file -> !Dictionary.standard()
                        .uidName(new Uid(file.text(0x00080016)))
                        .isPresent());
        flag(
                "VR not matching the dictionary / bad VR value",
                file -> file.text(0x00280008).equals("1A"));
        flag(
                "SpecificCharacterSet present and empty",
                file -> file.has(0x00080005) && file.text(0x00080005).isEmpty());
        flag(
                "encapsulated stream shorter than its frames",
                file -> file.irregularities().equals(Set.of("MISSING_DELIMITER")));
        flag("file meta without (0002,0000)", file -> file.irregularities().contains("META_LENGTH"));
        flag("no preamble", file -> file.irregularities().contains("NO_META"));
        flag(
                "\"DICM\" occurs inside data",
                file -> file.hasPrefix() && file.text(0x00081010).equals("DICMA1"));
    }

    private void synthetic() {
        refused("SYNTHETIC: zero bytes", "no data set begins here at offset 0");
        refused("SYNTHETIC: cut inside the file meta group", "ends within its File Meta Information at offset 200");
        refused(
                "SYNTHETIC: cut inside an element header",
                "an element header but only 5 bytes are left at offset 2898");
        refused("SYNTHETIC: item delimitation item at top level", "outside any sequence at offset 2898");
        refused("SYNTHETIC: LO with length 0xFFFF (runs over later elements)", "a value of 65535 bytes in (0008,0070)");
        refused(
                "SYNTHETIC: PixelData length 0x7FFFFFFE, far past end of file",
                "a value of 2147483646 bytes in (7FE0,0010)");
        refused("SYNTHETIC: TransferSyntaxUID unknown to the standard", "unsupported transfer syntax");
        refused(
                "SYNTHETIC: deflated data set: 65258 bytes inflate to 64 MiB of zeros",
                "grows beyond the limit (100:1");
        recorded("SYNTHETIC: (0010,0020) before (0010,0010)", "OUT_OF_ORDER");
        recorded("SYNTHETIC: Rows = Columns = 65535 with 32 KiB of pixels", "TOO_SHORT");
        recorded("SYNTHETIC: Rows = 0", "NO_SHAPE");
        recorded("SYNTHETIC: meta says implicit VR, data is explicit VR", "OTHER_SYNTAX");
        recorded("SYNTHETIC: (0002,0000) claims 9999", "META_LENGTH");
        recorded("SYNTHETIC: PatientID with odd length 3 (even length required)", "ODD_LENGTH");
        recorded("SYNTHETIC: VR \"ZZ\"", "UNKNOWN_VR");
        recorded("SYNTHETIC: 256 bytes after the last element that do not parse", "TRAILING_BYTES");
        recorded(
                "SYNTHETIC: 64 nested sequences (0040,A730), inserted just before PixelData, so also out of tag order",
                "OUT_OF_ORDER");
        flag(
                "SYNTHETIC: PatientName holds markup",
                file -> file.text(0x00100010).contains("<"));
        flag(
                "SYNTHETIC: SOPInstanceUID holds a file path",
                file -> file.dataSet().contains(Attributes.SOPInstanceUID)
                        && file.dataSet().get(Attributes.SOPInstanceUID).isEmpty());
        flag("SYNTHETIC: RLE header second segment offset 0x7FFFFFFF", file -> {
            byte[] frame = file.frames.orElseThrow().bytes(file.dataSet(), 0);
            return Value.intAt(frame, 8, false) == 0x7FFFFFFF
                    && file.irregularities().isEmpty();
        });
    }

    private void refused(String phrase, String why) {
        add(Pattern.quote(phrase), (file, _) -> assertThat(file.refusal).contains(why));
    }

    private void recorded(String phrase, String irregularity) {
        flag(phrase, file -> file.irregularities().contains(irregularity));
    }

    private static void ifRead(ManifestFile file, Runnable check) {
        if (file.isRead()) {
            check.run();
        }
    }

    private static boolean wholeFrameOf(ManifestFile file, int fragments) {
        Frames frames = file.frames.orElseThrow();
        return frames.located() == 1 && frames.ranges(0).size() == fragments;
    }

    private static boolean begins(ManifestFile file, String hex) {
        byte[] start = HexFormat.of().parseHex(hex);
        byte[] frame = file.frames.orElseThrow().bytes(file.dataSet(), 0);
        return Arrays.equals(start, 0, start.length, frame, 0, start.length);
    }

    /** SIZ, ISO 15444-1 A.5.1: after its 38 bytes and Csiz, the first component's Ssiz has the sign on top. */
    private static boolean signDisagrees(ManifestFile file) {
        byte[] frame = file.frames.orElseThrow().bytes(file.dataSet(), 0);
        boolean signed = (frame[42] & 0x80) != 0;
        return signed != Optional.of("1").equals(Optional.of(file.text(0x00280103)));
    }

    /** Overlay Origin is row and column, from 1. */
    private static boolean reachesBeyond(ManifestFile file, int overlay, int origin, int image) {
        int first = Integer.parseInt(file.text(0x60000050).split("\\\\", -1)[origin]);
        return first - 1 + Integer.parseInt(file.text(overlay)) > Integer.parseInt(file.text(image));
    }

    private static int number(Matcher matcher, int group) {
        return Integer.parseInt(matcher.group(group));
    }
}
