package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.strongroom.dicom.Attributes.PatientID;
import static org.strongroom.dicom.Attributes.PatientName;
import static org.strongroom.dicom.Attributes.SOPClassUID;
import static org.strongroom.dicom.Attributes.SOPInstanceUID;
import static org.strongroom.dicom.Attributes.SeriesInstanceUID;
import static org.strongroom.dicom.Attributes.SpecificCharacterSet;
import static org.strongroom.dicom.Attributes.StudyInstanceUID;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.archive.Retrieval.StoredInstance;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.PersonName;
import org.strongroom.dicom.SpecificCharacterSet;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.guard.Permits;

/** Objects that declare no character set, from a device of which one is assumed: the bytes stay, the index reads them. */
class AssumedCharacterSetTest {
    private static final SpecificCharacterSet LATIN = of("ISO_IR 100");
    private static final SpecificCharacterSet JAPANESE = of("", "ISO 2022 IR 87");

    @TempDir
    Path folder;

    private final MemoryDisk disk = new MemoryDisk();
    private final MemoryIndex index = new MemoryIndex();

    private static SpecificCharacterSet of(String... terms) {
        return org.strongroom.dicom.SpecificCharacterSet.of(List.of(terms));
    }

    private static DataSet named(int study, SpecificCharacterSet in, String name) {
        return DataSet.empty()
                .withAll(SpecificCharacterSet, in.terms())
                .with(SOPClassUID, Samples.CT)
                .with(SOPInstanceUID, Samples.instance(study, 1))
                .with(StudyInstanceUID, Samples.study(study))
                .with(SeriesInstanceUID, Samples.study(study))
                .with(PatientID, "P" + study)
                .with(PatientName, PersonName.of(name));
    }

    private static StoreRequest request(DataSet dataSet, Optional<SpecificCharacterSet> assumed) {
        return new StoreRequest(
                Optional.empty(),
                Optional.empty(),
                TransferSyntax.ExplicitVRLittleEndian,
                new ByteArrayInputStream(dataSet.toBytes(TransferSyntax.ExplicitVRLittleEndian)),
                "CT1",
                assumed);
    }

    private static Optional<String> name(Entry entry) {
        return entry.head().get(PatientName).map(PersonName::value);
    }

    @Test
    void the_index_reads_the_name_at_once_and_when_it_is_made_anew_from_the_packs() throws IOException {
        DataSet latin = named(1, LATIN, "Müller^Jörg").without(SpecificCharacterSet);
        DataSet japanese = named(2, JAPANESE, "Yamada=山田").without(SpecificCharacterSet);
        DataSet declared = named(3, of("ISO_IR 126"), "Διονυσιος");
        DataSet unknown = named(4, LATIN, "Müller").without(SpecificCharacterSet);
        Session session = new Session(folder);
        try (PackArchive archive = session.open(disk, index)) {
            archive.store(Permits.store(), request(latin, Optional.of(LATIN)));
            archive.store(Permits.store(), request(japanese, Optional.of(JAPANESE)));
            archive.store(Permits.store(), request(declared, Optional.of(LATIN)));
            archive.store(Permits.store(), request(unknown, Optional.empty()));
        }
        MemoryIndex anew = new MemoryIndex();
        try (PackArchive archive = session.open(disk, anew)) {
            for (MemoryIndex each : List.of(index, anew)) {
                assertThat(each.entries().stream().map(AssumedCharacterSetTest::name))
                        .containsExactly(
                                Optional.of("Müller^Jörg"),
                                Optional.of("Yamada=山田"),
                                Optional.of("Διονυσιος"),
                                Optional.of("M\uFFFDller"));
            }
            int study = 1;
            for (DataSet sent : List.of(latin, japanese, declared, unknown)) {
                StoredInstance stored = Samples.instances(archive.retrieve(Permits.study(Samples.study(study++))))
                        .getFirst();
                assertThat(Session.read(stored)).isEqualTo(sent.toBytes(TransferSyntax.ExplicitVRLittleEndian));
            }
            assertThat(noted(archive, 1)).contains(LATIN);
            assertThat(noted(archive, 2)).contains(JAPANESE);
            assertThat(noted(archive, 3)).as("it declares its own").isEmpty();
            assertThat(noted(archive, 4)).isEmpty();
        }
    }

    /** What a file says that goes out of the archive, for whoever brings it back. */
    private static Optional<SpecificCharacterSet> noted(PackArchive archive, int study) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        Samples.instances(archive.retrieve(Permits.study(Samples.study(study))))
                .getFirst()
                .writeFileTo(file);
        Part10 opened = Part10.open(new ByteArrayInputStream(file.toByteArray()), Limits.DEFAULT);
        return Part10.assumedCharacterSet(opened.meta());
    }

    @Test
    void a_row_of_the_index_declares_what_was_assumed_and_has_the_bytes_as_they_were() {
        DataSet latin = named(1, LATIN, "Müller").without(SpecificCharacterSet);
        DataSet row = IndexedAttributes.study(latin.assuming(LATIN));

        assertThat(row.all(SpecificCharacterSet)).containsExactly("ISO_IR 100");
        assertThat(row.get(PatientName).map(PersonName::value)).contains("Müller");
        assertThat(IndexedAttributes.study(latin).contains(SpecificCharacterSet))
                .isFalse();
        assertThat(bytes(row)).isEqualTo(bytes(latin));
    }

    private static byte[] bytes(DataSet dataSet) {
        return dataSet.element(PatientName.tag()).orElseThrow() instanceof Element.Encoded name
                ? name.bytes().toArray(ValueLayout.JAVA_BYTE)
                : new byte[0];
    }
}
