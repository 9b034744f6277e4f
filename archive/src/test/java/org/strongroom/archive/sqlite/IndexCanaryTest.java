package org.strongroom.archive.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.strongroom.dicom.Attributes.*;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.archive.Entry;
import org.strongroom.archive.Index;
import org.strongroom.archive.IndexSamples;
import org.strongroom.archive.Level;
import org.strongroom.archive.Match;
import org.strongroom.archive.Matches;
import org.strongroom.archive.Query;
import org.strongroom.dicom.Attribute;
import org.strongroom.dicom.DataSet;

/** Promise 4 of DESIGN.md: who has the database's files and no key reads no name, identifier or description. */
class IndexCanaryTest {
    private static final List<Attribute<?>> TEXTS = List.of(
            PatientName,
            PatientID,
            IssuerOfPatientID,
            OtherPatientNames,
            PatientComments,
            AccessionNumber,
            StudyDescription,
            ReferringPhysicianName,
            NameOfPhysiciansReadingStudy,
            AdmittingDiagnosesDescription,
            Occupation,
            SeriesDescription,
            ProtocolName,
            PerformingPhysicianName,
            OperatorsName,
            InstitutionName,
            InstitutionAddress,
            StationName,
            DeviceSerialNumber);

    @TempDir
    private Path folder;

    private final IndexSamples samples = new IndexSamples(77);
    private final List<String> canaries = new ArrayList<>();

    private String canary(String what, int number) {
        String canary = "Zq" + what.substring(0, 4) + "Kx" + (1000 + number);
        canaries.add(canary);
        return canary;
    }

    private List<Entry> study(int number) {
        List<Entry> entries = new ArrayList<>();
        for (Entry entry : samples.study(2, 3)) {
            DataSet head = entry.head();
            for (Attribute<?> attribute : TEXTS) {
                String value = canary(attribute.keyword(), number);
                head = head.withText(attribute.tag(), attribute.vr(), List.of(value));
            }
            DataSet item = DataSet.emptyItem(head.characterSet())
                    .with(RequestedProcedureID, canary("Request", number))
                    .withText(
                            RequestedProcedureDescription.tag(),
                            RequestedProcedureDescription.vr(),
                            List.of(canary("Descr", number)));
            entries.add(samples.entry(head.withItems(RequestAttributesSequence, List.of(item))));
        }
        return entries;
    }

    @Test
    void no_file_holds_a_planted_value_in_any_spelling() throws IOException {
        SqliteSettings settings = new SqliteSettings(256, 256, 2, 20, 50, 20);
        try (Index index = SqliteIndex.open(folder.resolve("index.db"), SqliteIndexTest.KEYS, settings)) {
            for (int i = 0; i < 150; i++) {
                List<Entry> study = study(i);
                index.record(study, samples.position());
                // The same study under another patient, and the same instances with other bytes.
                DataSet other = study.getFirst().head().with(PatientID, canary("Other", i));
                index.record(List.of(samples.entry(other)), samples.position());
            }
            index.flush();
            Match match = new Match.Wildcard(PatientName.tag(), "*kx1007*");
            try (Matches matches =
                    index.find(new Query(Level.STUDY, List.of(match), Set.of()), samples.heads(), () -> false)) {
                assertThat(matches.next()).as("what is planted is in the index").isPresent();
            }
            search();
        }
        search();
    }

    private void search() throws IOException {
        List<byte[]> needles = new ArrayList<>();
        for (String canary : canaries.stream().distinct().limit(400).toList()) {
            for (String text : List.of(canary, canary.toLowerCase(Locale.ROOT), canary.toUpperCase(Locale.ROOT))) {
                for (Charset charset :
                        List.of(StandardCharsets.US_ASCII, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
                    needles.add(text.getBytes(charset));
                }
                byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
                needles.add(HexFormat.of().formatHex(ascii).getBytes(StandardCharsets.US_ASCII));
                needles.add(HexFormat.of().withUpperCase().formatHex(ascii).getBytes(StandardCharsets.US_ASCII));
                for (int shift = 0; shift < 3; shift++) {
                    needles.add(base64(ascii, shift));
                }
            }
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------");
                Set<Long> beginnings = beginnings(bytes);
                for (byte[] needle : needles) {
                    boolean found = beginnings.contains(word(needle, 0)) && contains(bytes, needle);
                    assertThat(found)
                            .as(file.getFileName() + " holds " + new String(needle, StandardCharsets.US_ASCII))
                            .isFalse();
                }
            }
        }
    }

    /** How the text looks in base64 when it begins {@code shift} bytes into a group of three; whole groups only. */
    private static byte[] base64(byte[] text, int shift) {
        byte[] shifted = new byte[text.length + shift];
        System.arraycopy(text, 0, shifted, shift, text.length);
        String encoded = Base64.getEncoder().withoutPadding().encodeToString(shifted);
        int from = shift == 0 ? 0 : 4;
        return encoded.substring(from, encoded.length() / 4 * 4).getBytes(StandardCharsets.US_ASCII);
    }

    private static long word(byte[] bytes, int at) {
        long word = 0;
        for (int i = 0; i < 6; i++) {
            word = (word << 8) | (bytes[at + i] & 0xFF);
        }
        return word;
    }

    private static Set<Long> beginnings(byte[] bytes) {
        Set<Long> words = new HashSet<>();
        for (int i = 0; i + 6 <= bytes.length; i++) {
            words.add(word(bytes, i));
        }
        return words;
    }

    private static boolean contains(byte[] bytes, byte[] needle) {
        String haystack = new String(bytes, StandardCharsets.ISO_8859_1);
        return haystack.contains(new String(needle, StandardCharsets.ISO_8859_1));
    }
}
