package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.strongroom.dicom.Attributes.ImageComments;
import static org.strongroom.dicom.Attributes.PatientID;
import static org.strongroom.dicom.Attributes.PatientName;
import static org.strongroom.dicom.Attributes.QueryRetrieveLevel;
import static org.strongroom.dicom.Attributes.RequestAttributesSequence;
import static org.strongroom.dicom.Attributes.SOPClassUID;
import static org.strongroom.dicom.Attributes.SOPInstanceUID;
import static org.strongroom.dicom.Attributes.ScheduledProcedureStepDescription;
import static org.strongroom.dicom.Attributes.SeriesInstanceUID;
import static org.strongroom.dicom.Attributes.StudyInstanceUID;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.PersonName;
import org.strongroom.dicom.SpecificCharacterSet;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.Association;
import org.strongroom.dimse.Instance;
import org.strongroom.dimse.Matches;
import org.strongroom.dimse.Status;
import org.strongroom.testkit.Programs;

/**
 * Devices that declare no character set, over TLS: what is assumed of them reads their names for the index, and the objects
 * come back byte for byte. Then in which character sets answers go out.
 */
class CharacterSetsIT {
    private static final Uid CT = new Uid("1.2.840.10008.5.1.4.1.1.2");
    private static final Uid FIND = new Uid("1.2.840.10008.5.1.4.1.2.2.1");
    private static final Uid GET = new Uid("1.2.840.10008.5.1.4.1.2.2.3");
    private static final TransferSyntax SYNTAX = TransferSyntax.ExplicitVRLittleEndian;
    private static final SpecificCharacterSet DEFAULT = SpecificCharacterSet.DEFAULT;
    private static final SpecificCharacterSet LATIN = SpecificCharacterSet.of(List.of("ISO_IR 100"));
    private static final SpecificCharacterSet JAPANESE = SpecificCharacterSet.of(List.of("", "ISO 2022 IR 87"));
    private static final SpecificCharacterSet UTF_8 = SpecificCharacterSet.UTF_8;

    @TempDir
    Path work;

    private final Map<String, byte[]> sent = new TreeMap<>();

    /** What a device stores: written in a character set, and declared only where it says so. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Sent(String study, byte[] bytes) implements Instance {
        static Sent of(String study, SpecificCharacterSet in, String name, String text, boolean declared) {
            DataSet item = DataSet.emptyItem(in).with(ScheduledProcedureStepDescription, text);
            DataSet dataSet = DataSet.empty()
                    .withAll(Attributes.SpecificCharacterSet, in.terms())
                    .with(SOPClassUID, CT)
                    .with(SOPInstanceUID, new Uid(study + ".1.1"))
                    .with(StudyInstanceUID, new Uid(study))
                    .with(SeriesInstanceUID, new Uid(study + ".1"))
                    .with(PatientID, "P" + study)
                    .with(PatientName, PersonName.of(name))
                    .with(ImageComments, text)
                    .withItems(RequestAttributesSequence, List.of(item));
            DataSet undeclared = dataSet.without(Attributes.SpecificCharacterSet);
            return new Sent(study, (declared ? dataSet : undeclared).toBytes(SYNTAX));
        }

        @Override
        public Uid sopClass() {
            return CT;
        }

        @Override
        public Uid sopInstance() {
            return new Uid(study + ".1.1");
        }

        @Override
        public TransferSyntax syntax() {
            return SYNTAX;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            out.write(bytes);
        }
    }

    private void store(Clinic clinic, String device, Sent instance) throws IOException {
        try (Association a = clinic.associate(device, clinic.proposal(device).context(CT, SYNTAX))) {
            assertThat(a.store(instance).code()).isZero();
        }
        sent.put(instance.study(), instance.bytes());
    }

    private static DataSet question(SpecificCharacterSet in, String level, String name) {
        DataSet declared = DataSet.empty().withAll(Attributes.SpecificCharacterSet, in.terms());
        DataSet keys = (in.terms().isEmpty() ? DataSet.empty() : declared)
                .with(QueryRetrieveLevel, level)
                .with(PatientName, PersonName.of(name));
        return level.equals("STUDY") ? keys.withEmpty(StudyInstanceUID.tag(), StudyInstanceUID.vr()) : keys;
    }

    private static List<DataSet> find(Clinic clinic, String device, DataSet keys) throws IOException {
        List<DataSet> found = new ArrayList<>();
        try (Association a = clinic.associate(device, clinic.proposal(device).context(FIND, SYNTAX));
                Matches matches = a.find(FIND, keys)) {
            matches.forEach(found::add);
            assertThat(matches.status().map(Status::code)).contains(0);
        }
        return found;
    }

    /** The one answer: its terms, and the name in it. */
    private static void assertFound(
            Clinic clinic, String device, DataSet keys, SpecificCharacterSet answered, String name) throws IOException {
        List<DataSet> found = find(clinic, device, keys);
        assertThat(found).as(name).hasSize(1);
        assertThat(found.getFirst().all(Attributes.SpecificCharacterSet))
                .as(name)
                .isEqualTo(answered.terms());
        assertThat(found.getFirst().get(PatientName).map(PersonName::value)).contains(name);
    }

    private void assertAllReturned(Clinic clinic) throws IOException {
        for (Map.Entry<String, byte[]> one : sent.entrySet()) {
            List<byte[]> got = new ArrayList<>();
            var proposal = clinic.proposal("VIEWER")
                    .context(CT, SYNTAX)
                    .role(CT, true, true)
                    .context(GET, SYNTAX);
            try (Association a = clinic.associate("VIEWER", proposal)) {
                DataSet keys =
                        DataSet.empty().with(QueryRetrieveLevel, "STUDY").with(StudyInstanceUID, new Uid(one.getKey()));
                Status status = a.get(
                        GET,
                        keys,
                        store -> {
                            got.add(store.body().readAllBytes());
                            return Status.SUCCESS;
                        },
                        Association.Progress.IGNORED);
                assertThat(status.code()).isZero();
            }
            assertThat(got).hasSize(1);
            assertThat(got.getFirst()).as(one.getKey()).isEqualTo(one.getValue());
        }
    }

    @Test
    void what_is_assumed_of_a_device_reads_its_names_and_changes_no_byte() throws Exception {
        try (Clinic clinic = Clinic.make(work)) {
            clinic.enrol("LATIN", "--services", "store,find", "--charset", "ISO_IR 100");
            clinic.enrol("KANJI", "--services", "store", "--charset", "\\ISO 2022 IR 87");
            clinic.enrol("PLAIN", "--services", "store");
            clinic.enrol("VIEWER", "--services", "find,get");
            Programs.Run refused = clinic.command("device", "add", "X", "--aet", "X", "--charset", "latin1");
            assertThat(refused.exit()).isEqualTo(2);
            assertThat(refused.output()).contains("--charset latin1");
            assertThat(clinic.command("device", "list").output()).contains("ISO_IR 100", "\\ISO 2022 IR 87");
            clinic.start();
            store(clinic, "LATIN", Sent.of("1.2.1", LATIN, "Müller^Jörg", "Schädel", false));
            store(clinic, "KANJI", Sent.of("1.2.2", JAPANESE, "Yamada^Tarou=山田^太郎", "頭", false));
            store(clinic, "PLAIN", Sent.of("1.2.3", LATIN, "Jürgens", "Füße", false));
            store(
                    clinic,
                    "LATIN",
                    Sent.of("1.2.4", SpecificCharacterSet.of(List.of("ISO_IR 126")), "Διονυσιος", "ά", true));
            assertAnswers(clinic);
            assertAllReturned(clinic);

            // The index is made anew from the packs alone: what was assumed is in them.
            clinic.stop();
            for (String name : List.of("index.sqlite", "index.sqlite-wal", "index.sqlite-shm")) {
                Files.deleteIfExists(clinic.folder().resolve("data").resolve(name));
            }
            clinic.start();
            assertAnswers(clinic);
            assertAllReturned(clinic);
            clinic.stop();
        }
    }

    private static void assertAnswers(Clinic clinic) throws IOException {
        assertFound(clinic, "VIEWER", question(UTF_8, "STUDY", "MÜLLER*"), UTF_8, "Müller^Jörg");
        assertFound(clinic, "VIEWER", question(LATIN, "STUDY", "Müller^Jörg"), LATIN, "Müller^Jörg");
        assertFound(clinic, "VIEWER", question(JAPANESE, "STUDY", "山田*"), JAPANESE, "Yamada^Tarou=山田^太郎");
        assertFound(clinic, "VIEWER", question(UTF_8, "STUDY", "=山田^太郎"), UTF_8, "Yamada^Tarou=山田^太郎");
        // What the requested set can't write goes out in UTF-8.
        assertFound(clinic, "VIEWER", question(LATIN, "STUDY", "Yamada*"), UTF_8, "Yamada^Tarou=山田^太郎");
        assertFound(clinic, "VIEWER", question(JAPANESE, "STUDY", "M?ller*"), UTF_8, "Müller^Jörg");
        // A request that says nothing is answered in the set the values came in, declared.
        assertFound(clinic, "VIEWER", question(DEFAULT, "STUDY", "M?ller*"), LATIN, "Müller^Jörg");
        assertFound(clinic, "VIEWER", question(DEFAULT, "STUDY", "Yamada*"), JAPANESE, "Yamada^Tarou=山田^太郎");
        // A declared set is not overruled by what is assumed.
        assertFound(clinic, "VIEWER", question(UTF_8, "STUDY", "Διονυσιος"), UTF_8, "Διονυσιος");
        // The device itself asks in its bytes, without saying so.
        DataSet key = question(LATIN, "STUDY", "Müller*");
        byte[] bytes = key.toBytes(SYNTAX);
        assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).contains("Müller");
        assertFound(clinic, "LATIN", undeclared(bytes), LATIN, "Müller^Jörg");
        assertThat(find(clinic, "VIEWER", undeclared(bytes))).isEmpty();
        // Of whom nothing is assumed, nothing is guessed.
        assertThat(find(clinic, "VIEWER", question(UTF_8, "STUDY", "Jürgens"))).isEmpty();
        assertFound(clinic, "VIEWER", question(UTF_8, "STUDY", "J?rgens"), UTF_8, "J\uFFFDrgens");
        assertItems(clinic);
    }

    /** Items of sequences, and what only the head of the object has. */
    private static void assertItems(Clinic clinic) throws IOException {
        for (Map.Entry<String, String> text :
                Map.of("1.2.1", "Schädel", "1.2.2", "頭").entrySet()) {
            DataSet series = question(UTF_8, "SERIES", "*")
                    .with(StudyInstanceUID, new Uid(text.getKey()))
                    .withEmpty(RequestAttributesSequence.tag(), RequestAttributesSequence.vr());
            DataSet found = find(clinic, "VIEWER", series).getFirst();
            assertThat(found.items(RequestAttributesSequence).getFirst().get(ScheduledProcedureStepDescription))
                    .contains(text.getValue());
            DataSet image = question(UTF_8, "IMAGE", "*")
                    .with(StudyInstanceUID, new Uid(text.getKey()))
                    .with(SeriesInstanceUID, new Uid(text.getKey() + ".1"))
                    .withEmpty(ImageComments.tag(), ImageComments.vr());
            assertThat(find(clinic, "VIEWER", image).getFirst().get(ImageComments))
                    .contains(text.getValue());
            assertThat(find(clinic, "VIEWER", image.with(ImageComments, text.getValue())))
                    .hasSize(1);
        }
    }

    /** The same bytes without their (0008,0005). */
    private static DataSet undeclared(byte[] bytes) {
        return DataSet.read(bytes, SYNTAX, Limits.DEFAULT).without(Attributes.SpecificCharacterSet);
    }

    @Test
    void what_is_assumed_of_a_device_is_changed_while_the_archive_runs() throws Exception {
        try (Clinic clinic = Clinic.make(work)) {
            clinic.enrol("LATIN", "--services", "store");
            clinic.enrol("VIEWER", "--services", "find,get");
            clinic.start();
            Clinic.check(clinic.command("device", "set", "LATIN", "--charset", "ISO_IR 100"));
            store(clinic, "LATIN", Sent.of("1.2.1", LATIN, "Müller^Jörg", "Schädel", false));
            assertFound(clinic, "VIEWER", question(UTF_8, "STUDY", "MÜLLER*"), UTF_8, "Müller^Jörg");
            Programs.Run refused = clinic.command("device", "set", "LATIN", "--charset", "latin1");
            assertThat(refused.exit()).isEqualTo(2);
            Clinic.check(clinic.command("device", "set", "LATIN", "--no-charset"));
            Programs.Run list = clinic.command("device", "list", "--json");
            assertThat(list.exit()).isZero();
            assertThat(list.output()).doesNotContain("characterSet");
            clinic.stop();
        }
    }

    @Test
    void a_file_that_is_exported_brings_back_what_was_assumed_of_it() throws Exception {
        try (Clinic clinic = Clinic.make(work)) {
            clinic.enrol("LATIN", "--services", "store", "--charset", "ISO_IR 100");
            clinic.start();
            store(clinic, "LATIN", Sent.of("1.2.1", LATIN, "Müller^Jörg", "Schädel", false));
            Path out = work.resolve("exported");
            Clinic.check(clinic.command(
                    "export", "--study", "1.2.1", "--out", out.toString(), "--purpose", "TREAT", "--reason", "test"));
            clinic.stop();
            try (Clinic other = Clinic.make(Files.createDirectories(work.resolve("other")))) {
                other.enrol("VIEWER", "--services", "find,get");
                Clinic.check(other.command("import", out.toString()));
                other.start();
                assertFound(other, "VIEWER", question(UTF_8, "STUDY", "MÜLLER*"), UTF_8, "Müller^Jörg");
                assertAllReturned(other);
                other.stop();
            }
        }
    }
}
