package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.archive.StoreOutcome.Cause;
import org.strongroom.archive.StoreOutcome.Refused;
import org.strongroom.archive.StoreOutcome.Stored;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.guard.Action;
import org.strongroom.guard.Permits;

/** What is not stored, and what is said then. */
class RefusalTest {
    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
    private static final TransferSyntax EXPLICIT = TransferSyntax.ExplicitVRLittleEndian;

    @TempDir
    Path folder;

    private final MemoryIndex index = new MemoryIndex();
    private InstantSource clock = InstantSource.fixed(NOW);

    @BeforeEach
    void nothingStored() {
        assertThat(index.entries()).isEmpty();
    }

    @Test
    void a_data_set_without_its_uids_is_refused_naming_the_attribute() throws IOException {
        DataSet whole = read(Samples.dataSet(1, 1, 10, 1));
        for (var attribute : List.of(
                Attributes.SOPClassUID,
                Attributes.SOPInstanceUID,
                Attributes.StudyInstanceUID,
                Attributes.SeriesInstanceUID)) {
            StoreRequest request =
                    Samples.request(whole.without(attribute.tag()).toBytes(EXPLICIT));
            Refused refused = refused(request);
            assertThat(refused.cause()).isEqualTo(Cause.DOES_NOT_MATCH);
            assertThat(refused.elements()).containsExactly(attribute.tag());
            assertThat(refused.message()).contains(attribute.keyword()).doesNotContain("CANARY");
        }
    }

    @Test
    void uids_other_than_the_request_says_are_refused() throws IOException {
        byte[] dataSet = Samples.dataSet(1, 1, 10, 1);
        Uid other = new Uid("1.2.3");
        assertThat(refused(new StoreRequest(
                                Optional.of(other), Optional.empty(), EXPLICIT, new ByteArrayInputStream(dataSet), "T"))
                        .elements())
                .containsExactly(Attributes.SOPClassUID.tag());
        assertThat(refused(new StoreRequest(
                                Optional.of(Samples.CT),
                                Optional.of(other),
                                EXPLICIT,
                                new ByteArrayInputStream(dataSet),
                                "T"))
                        .elements())
                .containsExactly(Attributes.SOPInstanceUID.tag());
    }

    @Test
    void what_is_no_data_set_is_refused_without_repeating_it_and_read_to_its_end() throws IOException {
        byte[] dataSet = Samples.dataSet(1, 1, 200_000, 1);
        for (byte[] bytes : List.of(
                "CANARY^CYNTHIA is no data set".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
                Arrays.copyOf(dataSet, 60),
                Arrays.copyOf(dataSet, 100_000),
                Arrays.copyOf(dataSet, dataSet.length - 1))) {
            InputStream body = new ByteArrayInputStream(bytes);
            Refused refused = refused(new StoreRequest(Optional.empty(), Optional.empty(), EXPLICIT, body, "T"));
            assertThat(refused.cause()).isEqualTo(Cause.CANNOT_UNDERSTAND);
            assertThat(refused.message()).doesNotContainIgnoringCase("CANARY");
            assertThat(body.read()).isEqualTo(-1);
        }
        assertThat(refused(Samples.request(new byte[0])).cause()).isEqualTo(Cause.DOES_NOT_MATCH);
    }

    @Test
    void objects_that_are_broken_off_leave_no_key_behind() throws IOException {
        try (PackArchive archive = open()) {
            for (int study = 0; study < 500; study++) {
                byte[] dataSet = Samples.dataSet(study, 1, 200, 1);
                StoreRequest request = Samples.request(Arrays.copyOf(dataSet, dataSet.length - 10));
                assertThat(archive.store(Permits.store(), request)).isInstanceOf(Refused.class);
            }
            assertThat(archive.store(Permits.store(), Samples.request(Samples.dataSet(501, 1, 10, 1))))
                    .isInstanceOf(Stored.class);
            assertThat(archive.keysWithoutStudy()).isZero();
        }
        assertThat(Files.size(folder.resolve("keys").resolve(KeyStore.FILE))).isEqualTo(64 + 80);
    }

    @Test
    void a_permit_is_good_until_its_end_and_not_after() throws IOException {
        byte[] dataSet = Samples.dataSet(1, 1, 10, 1);
        try (PackArchive archive = open()) {
            assertThat(archive.store(Permits.of(new Action.Store("T"), NOW), Samples.request(dataSet)))
                    .isInstanceOf(Stored.class);
            clock = InstantSource.fixed(NOW.plusMillis(1));
        }
        try (PackArchive archive = open()) {
            assertThatThrownBy(() -> archive.store(Permits.of(new Action.Store("T"), NOW), Samples.request(dataSet)))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void each_object_opens_as_a_dicom_file() throws IOException {
        byte[] dataSet = Samples.dataSet(1, 1, 100_000, 1);
        try (PackArchive archive = open()) {
            assertThat(archive.store(Permits.of(new Action.Store("T"), NOW), Samples.request(dataSet)))
                    .isInstanceOf(Stored.class);
            Action.Retrieve study = Permits.study(Samples.study(1)).action();
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            Samples.instances(archive.retrieve(Permits.of(study, NOW)))
                    .getFirst()
                    .writeFileTo(file);
            Part10 opened = Part10.open(new ByteArrayInputStream(file.toByteArray()), Limits.DEFAULT);
            assertThat(opened.syntax()).isEqualTo(EXPLICIT);
            assertThat(opened.meta().get(Attributes.SourceApplicationEntityTitle))
                    .hasValue("TESTER");
            assertThat(opened.meta().get(Attributes.MediaStorageSOPInstanceUID)).hasValue(Samples.instance(1, 1));
            assertThat(opened.body().readAllBytes()).isEqualTo(dataSet);
            assertThat(Arrays.copyOf(file.toByteArray(), 128)).containsOnly(0);
        }
    }

    private Refused refused(StoreRequest request) throws IOException {
        try (PackArchive archive = open()) {
            Refused refused = (Refused) archive.store(Permits.of(new Action.Store("T"), NOW), request);
            assertThat(index.entries()).isEmpty();
            return refused;
        }
    }

    private static DataSet read(byte[] dataSet) {
        return DataSet.read(dataSet, EXPLICIT, Limits.DEFAULT);
    }

    private PackArchive open() throws IOException {
        return PackArchive.open(
                folder.resolve("packs"), folder.resolve("keys"), Samples.KEYS, index, clock, PackSettings.DEFAULT);
    }
}
