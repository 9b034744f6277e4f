package org.strongroom.dicom.deidentify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.strongroom.dicom.Bytes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.VR;
import org.strongroom.testkit.Extent;

/**
 * A data set with every attribute of PS3.15 table E.1-1, at three depths, each with a value that occurs nowhere else:
 * what comes out holds those alone that the table's columns say are kept. The table is read here by a reader of its own.
 */
class CanaryTest {
    private static final Map<ProfileOption, String> COLUMNS = Map.of(
            ProfileOption.CLEAN_DESCRIPTORS, "cleanDescOpt",
            ProfileOption.CLEAN_STRUCTURED_CONTENT, "cleanStructContOpt",
            ProfileOption.RETAIN_FULL_DATES, "rtnLongFullDatesOpt",
            ProfileOption.RETAIN_MODIFIED_DATES, "rtnLongModifDatesOpt",
            ProfileOption.RETAIN_UIDS, "rtnUIDsOpt",
            ProfileOption.RETAIN_PATIENT_CHARACTERISTICS, "rtnPatCharsOpt",
            ProfileOption.RETAIN_DEVICE_IDENTITY, "rtnDevIdOpt",
            ProfileOption.RETAIN_INSTITUTION_IDENTITY, "rtnInstIdOpt",
            ProfileOption.CLEAN_GRAPHICS, "cleanGraphOpt");

    private static final List<TableRow> TABLE = table();

    /** The fields of a row by the names of their columns. */
    private record TableRow(Map<String, String> fields) {
        String of(String column) {
            return fields.getOrDefault(column, "");
        }
    }

    /** Where a canary was put: which row, how deep, and what to look for. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Canary(TableRow row, int depth, VR vr, byte[] bytes) {
        @Override
        public String toString() {
            return row.of("tag") + " " + row.of("name") + " at depth " + depth;
        }
    }

    private final List<Canary> canaries = new ArrayList<>();
    private final List<byte[]> neverKept = new ArrayList<>();

    private static List<TableRow> table() {
        try (InputStream in = CanaryTest.class.getResourceAsStream("confidentiality-profile-ps3.15-annex-e.tsv")) {
            Objects.requireNonNull(in);
            String[] lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1);
            String[] names = lines[0].split("\t", -1);
            List<TableRow> rows = new ArrayList<>();
            for (int line = 1; line < lines.length && !lines[line].isEmpty(); line++) {
                Map<String, String> row = new HashMap<>();
                String[] fields = lines[line].split("\t", -1);
                for (int i = 0; i < names.length; i++) {
                    row.put(names[i], fields[i].strip());
                }
                rows.add(new TableRow(row));
            }
            return rows;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void the_resource_says_what_the_table_says() {
        assertThat(TABLE).hasSize(621);
        for (TableRow row : TABLE) {
            if (row.of("tag").matches("[0-9A-F]{8}")) {
                Tag tag = new Tag(Integer.parseUnsignedInt(row.of("tag"), 16));
                ConfidentialityTable.Row ours = Objects.requireNonNull(ConfidentialityTable.STANDARD.row(tag));
                assertThat(ours.basic()).as(tag.toString()).isEqualTo(row.of("basic_profile"));
                COLUMNS.forEach((option, column) -> assertThat(
                                String.valueOf(ours.columns().charAt(option.column()))
                                        .replace("-", ""))
                        .as(tag + " " + column)
                        .isEqualTo(row.of(column)));
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> only_what_an_option_keeps_stays() {
        List<Set<ProfileOption>> combinations = new ArrayList<>();
        combinations.add(EnumSet.noneOf(ProfileOption.class));
        List<ProfileOption> options = Stream.of(ProfileOption.values()).toList();
        options.forEach(option -> combinations.add(EnumSet.of(option)));
        for (ProfileOption dates : List.of(ProfileOption.RETAIN_FULL_DATES, ProfileOption.RETAIN_MODIFIED_DATES)) {
            Set<ProfileOption> all = EnumSet.copyOf(options);
            all.remove(ProfileOption.RETAIN_FULL_DATES);
            all.remove(ProfileOption.RETAIN_MODIFIED_DATES);
            all.add(dates);
            combinations.add(all);
        }
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < Extent.of(2, 200); i++) {
            Set<ProfileOption> some = EnumSet.noneOf(ProfileOption.class);
            options.stream().filter(option -> random.nextBoolean()).forEach(some::add);
            if (some.contains(ProfileOption.RETAIN_FULL_DATES)) {
                some.remove(ProfileOption.RETAIN_MODIFIED_DATES);
            }
            combinations.add(some);
        }
        return combinations.stream()
                .map(some -> DynamicTest.dynamicTest(some + " seed " + seed, () -> new CanaryTest().check(some)));
    }

    private void check(Set<ProfileOption> options) throws IOException {
        DeidentificationProfile profile = Deidentified.profile(options.toArray(new ProfileOption[0]));
        for (TransferSyntax syntax :
                List.of(TransferSyntax.ExplicitVRLittleEndian, TransferSyntax.ImplicitVRLittleEndian)) {
            canaries.clear();
            neverKept.clear();
            byte[] file = Deidentified.file(dataSet(syntax.explicitVr()), syntax);
            byte[] written = Deidentified.bytes(file, profile);
            String out = new String(written, StandardCharsets.ISO_8859_1);
            Set<Long> ends = windows(written);

            Set<String> stayed = new TreeSet<>();
            Set<String> expected = new TreeSet<>();
            for (Canary canary : canaries) {
                if (mayHave(ends, canary.bytes) && contains(out, canary.bytes)) {
                    stayed.add(canary.toString());
                }
                if (isKept(canary, options)) {
                    expected.add(canary.toString());
                }
            }
            assertThat(canaries).hasSizeGreaterThan(3 * 540);
            Set<String> missing = new TreeSet<>(expected);
            missing.removeAll(stayed);
            stayed.removeAll(expected);
            assertThat(stayed).as("stayed: " + options + " " + syntax).isEmpty();
            assertThat(missing).as("kept no more: " + options + " " + syntax).isEmpty();
            for (byte[] canary : neverKept) {
                assertThat(contains(out, canary))
                        .as("canary " + new String(canary, StandardCharsets.ISO_8859_1))
                        .isFalse();
            }
            assertThat(Deidentified.read(written).text(new Tag(0x00120062))).containsExactly("YES");
        }
    }

    /** What the table says, read in the test: kept, or a time of day that shifted dates leave as it is. */
    private static boolean isKept(Canary canary, Set<ProfileOption> options) {
        boolean kept = false;
        for (ProfileOption option : options) {
            String letter = canary.row.of(COLUMNS.getOrDefault(option, ""));
            if (option == ProfileOption.RETAIN_MODIFIED_DATES && letter.equals("C")) {
                return canary.vr == VR.TM;
            }
            kept |= letter.equals("K");
        }
        // A kept sequence is cleaned, and the name in its item goes; what belongs in a DICOMDIR goes from an instance.
        return kept && canary.vr != VR.SQ && !canary.row.of("tag").startsWith("0004");
    }

    private byte[] dataSet(boolean explicit) {
        Map<Integer, byte[]> elements = new TreeMap<>(Integer::compareUnsigned);
        add(elements, rows(explicit, 0));
        byte[] deepest = join(rows(explicit, 2));
        Map<Integer, byte[]> middle = rows(explicit, 1);
        add(middle, Map.of(0x00081199, sequence(explicit, 0x00081199, deepest)));
        add(elements, Map.of(0x00081115, sequence(explicit, 0x00081115, join(middle))));
        add(elements, more(explicit));
        add(
                elements,
                Map.of(
                        0x00080016,
                        bytes(explicit)
                                .element(0x00080016, "UI", pad(Deidentified.SOP_CLASS, 0))
                                .done()));
        return join(elements);
    }

    private static void add(Map<Integer, byte[]> to, Map<Integer, byte[]> from) {
        to.putAll(from);
    }

    private static byte[] join(Map<Integer, byte[]> elements) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Map<Integer, byte[]> sorted = new TreeMap<>(Integer::compareUnsigned);
        sorted.putAll(elements);
        sorted.values().forEach(out::writeBytes);
        return out.toByteArray();
    }

    private static Bytes bytes(boolean explicit) {
        return explicit ? Bytes.explicit() : Bytes.implicit();
    }

    private static byte[] sequence(boolean explicit, int tag, byte[] item) {
        return bytes(explicit).header(tag, "SQ", item.length + 8).item(item).done();
    }

    /** Every row as an element; of repeating groups three. */
    private Map<Integer, byte[]> rows(boolean explicit, int depth) {
        Map<Integer, byte[]> elements = new LinkedHashMap<>();
        for (TableRow row : TABLE) {
            String tag = row.of("tag");
            if (tag.startsWith("(") || tag.startsWith("0002") || tag.startsWith("0000") || tag.equals("FFFCFFFC")) {
                continue;
            }
            List<String> tags = tag.contains("x")
                    ? tag.startsWith("50")
                            ? List.of("50003000", "50040010", "501E2500")
                            : List.of("6000", "6002", "601E").stream()
                                    .map(group -> group + tag.substring(4))
                                    .toList()
                    : List.of(tag);
            for (String one : tags) {
                int code = Integer.parseUnsignedInt(one, 16);
                elements.put(code, element(explicit, code, row, depth));
            }
        }
        return elements;
    }

    private byte[] element(boolean explicit, int code, TableRow row, int depth) {
        VR vr = Dictionary.standard()
                .attribute(new Tag(code))
                .map(entry -> entry.vrs().getFirst())
                .orElse(VR.OB);
        int number = canaries.size();
        byte[] value = switch (vr) {
            case DA -> pad(date(number), ' ');
            case DT -> pad(date(number) + "101112." + String.format("%06d", number), ' ');
            case TM -> pad(String.format("101112.9%05d", number), ' ');
            case UI -> pad("1.2.3.777." + (100000 + number), 0);
            case DS -> pad(String.format("7.7%07d", number), ' ');
            case IS -> pad(String.format("77%07d", number), ' ');
            case AS -> pad("042Y", ' ');
            case US -> new byte[] {1, 0};
            case PN -> pad("CANARY" + number + "^NAME=KANARIE" + number, ' ');
            case SQ -> new byte[0];
            default -> pad("CANARY" + (100000 + number), ' ');
        };
        if (vr == VR.SQ) {
            byte[] name = pad("CANARY" + (100000 + number) + "^SQ", ' ');
            canaries.add(new Canary(row, depth, vr, name));
            return sequence(
                    explicit,
                    code,
                    bytes(explicit).element(0x00104000, "LT", name).done());
        }
        if (vr != VR.AS && vr != VR.US && !row.of("tag").equals("00080201")) {
            byte[] canary = vr == VR.DT ? Arrays.copyOf(value, 8) : value;
            canaries.add(new Canary(row, depth, vr, canary));
        }
        byte[] written = row.of("tag").equals("00080201") ? pad("+0130", ' ') : value;
        return bytes(explicit).element(code, vr.name(), written).done();
    }

    private static String date(int number) {
        return LocalDate.of(2150, 1, 1).plusDays(number).toString().replace("-", "");
    }

    private static byte[] pad(String text, int with) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        byte[] even = Arrays.copyOf(bytes, bytes.length + bytes.length % 2);
        if (even.length > bytes.length) {
            even[bytes.length] = (byte) with;
        }
        return even;
    }

    private byte[] never(String text) {
        byte[] canary = text.getBytes(StandardCharsets.ISO_8859_1);
        neverKept.add(canary);
        return pad(text, ' ');
    }

    /** What no option keeps: private and unknown attributes in every VR, signatures, texts that are hidden. */
    private Map<Integer, byte[]> more(boolean explicit) {
        Map<Integer, byte[]> elements = new LinkedHashMap<>();
        elements.put(
                0x00090010,
                bytes(explicit)
                        .element(0x00090010, "LO", never("PRIVCREATOR KEPT NOT"))
                        .done());
        int element = 0;
        for (VR vr : VR.values()) {
            if (vr == VR.SQ) {
                continue;
            }
            int code = 0x00091000 | element++;
            elements.put(
                    code,
                    bytes(explicit)
                            .element(code, vr.name(), never("PRIV" + vr + "aaa"))
                            .done());
            int unknown = 0x00180002 | element << 8;
            if (Dictionary.standard().attribute(new Tag(unknown)).isEmpty()) {
                elements.put(
                        unknown,
                        bytes(explicit)
                                .element(unknown, vr.name(), never("UNKN" + vr + "bbb"))
                                .done());
            }
        }
        byte[] inner = bytes(explicit)
                .element(0x00090010, "LO", never("INNER CREATOR"))
                .element(0x00091001, "UT", never("Nam\u00e9 in private item"))
                .element(0x00100010, "PN", never("PRIVATEITEM^NAME"))
                .done();
        elements.put(0x000910F0, sequence(explicit, 0x000910F0, inner));
        // A name in UTF-16, in Japanese with escapes, in UTF-8: bytes that no text search would find.
        byte[] wide = "KANARIENVOGEL".getBytes(StandardCharsets.UTF_16LE);
        neverKept.add(wide);
        elements.put(0x000910F2, bytes(explicit).element(0x000910F2, "OB", wide).done());
        elements.put(
                0x00102180,
                bytes(explicit)
                        .element(0x00102180, "SH", never("\u001b$B;3ED\u001b(Bccc"))
                        .done());
        elements.put(0x00280301, bytes(explicit).element(0x00280301, "CS", "NO").done());
        elements.put(0x00280302, bytes(explicit).element(0x00280302, "CS", "NO").done());
        elements.put(
                0x00100012,
                bytes(explicit)
                        .element(0x00100012, "LT", never("Called Canary"))
                        .done());
        elements.put(
                0x00100033,
                bytes(explicit).element(0x00100033, "LO", never("H27.03.11")).done());
        elements.put(
                0x04000520,
                bytes(explicit)
                        .element(0x04000520, "OB", never("encrypted original"))
                        .done());
        byte[] bird =
                bytes(explicit).element(0x7FE00010, "OW", never("icon pixels!")).done();
        elements.put(0x00082218, sequence(explicit, 0x00082218, bird));
        elements.put(
                0xFFFCFFFC,
                bytes(explicit)
                        .element(0xFFFCFFFC, "OB", never("padding Canary"))
                        .done());
        elements.put(
                0x7FE00010,
                bytes(explicit)
                        .element(0x7FE00010, "OW", pad("pixels that stay", 0))
                        .done());
        if (explicit) {
            // UN where the dictionary knows better: a name, a sequence of items in implicit VR.
            elements.put(
                    0x00104000,
                    bytes(true)
                            .element(0x00104000, "UN", never("comment in UN "))
                            .done());
            byte[] item = Bytes.implicit()
                    .element(0x00100010, "PN", never("UNITEM^NAME "))
                    .done();
            byte[] value = Bytes.implicit().item(item).done();
            elements.put(
                    0x00081250, bytes(true).element(0x00081250, "UN", value).done());
        }
        return elements;
    }

    /** All runs of eight bytes, so that the few canaries that may be there are found without searching for each. */
    private static Set<Long> windows(byte[] bytes) {
        Set<Long> windows = new HashSet<>();
        long window = 0;
        for (int i = 0; i < bytes.length; i++) {
            window = window << 8 | (bytes[i] & 0xFF);
            if (i >= 7) {
                windows.add(window);
            }
        }
        return windows;
    }

    private static boolean mayHave(Set<Long> windows, byte[] wanted) {
        long window = 0;
        for (byte b : wanted) {
            window = window << 8 | (b & 0xFF);
        }
        return wanted.length < 8 || windows.contains(window);
    }

    private static boolean contains(String bytes, byte[] wanted) {
        return bytes.contains(new String(wanted, StandardCharsets.ISO_8859_1));
    }

    @Test
    void pixels_and_what_describes_them_stay() throws IOException {
        byte[] file = Deidentified.file(dataSet(true), TransferSyntax.ExplicitVRLittleEndian);
        DataSet out = Deidentified.read(Deidentified.bytes(file, DeidentificationProfile.BASIC));
        assertThat(out.valueLength(new Tag(0x7FE00010))).isEqualTo(16);
    }
}
