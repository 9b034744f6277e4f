package org.strongroom.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.strongroom.dicom.Uid;

class AuditCodecTest {
    private static final Instant TIME = Instant.parse("2026-11-21T10:00:00.123456789Z");

    static Stream<AuditRecord.Event> events() {
        AuditRecord.Actor device =
                new AuditRecord.Actor("device:CT1", Optional.of("ab"), Optional.of("CT1"), Optional.of("::1"));
        AuditRecord.Actor local =
                new AuditRecord.Actor("os:anna", Optional.empty(), Optional.empty(), Optional.empty());
        List<Uid> uids = List.of(new Uid("1.2.3"), new Uid("1.2.4"));
        return Stream.of(
                new AuditRecord.Decided(
                        device, Purpose.TREAT, new Action.Store("CT1"), Optional.empty(), Optional.of(TIME)),
                new AuditRecord.Decided(
                        local,
                        Purpose.PATRQT,
                        new Action.Query("STUDY", List.of("PatientName"), Optional.of("\"reason\" \u00e4\n\u0001")),
                        Optional.of(Decision.Reason.PURPOSE_MISSING),
                        Optional.empty()),
                new AuditRecord.Decided(
                        device,
                        Purpose.TREAT,
                        new Action.Retrieve(
                                Optional.of("P1"), uids, List.of(), uids, "WS1", Optional.of("why \ud83d\ude00")),
                        Optional.empty(),
                        Optional.of(TIME)),
                new AuditRecord.Decided(
                        local,
                        Purpose.HSYSADMIN,
                        new Action.Administer("device list"),
                        Optional.empty(),
                        Optional.of(TIME)),
                new AuditRecord.Settled(
                        new AuditId(Long.MAX_VALUE), new Outcome(false, Map.of("bytes", Long.MAX_VALUE, "failed", 0L))),
                new AuditRecord.Refused("192.0.2.1", Refusal.EXPIRED, "detail"),
                new AuditRecord.RefusedMore(TIME, Map.of(Refusal.LIMIT, 7L), Map.of("192.0.2.1", 3L), 4),
                new AuditRecord.Administered(Optional.of(new AuditId(3)), "device add", "device:CT1", "{\"a\":1}"),
                new AuditRecord.Administered(Optional.empty(), "administrator add", "os:anna", "{}"),
                new AuditRecord.Started("Strongroom 1", List.of("note")),
                new AuditRecord.Stopped());
    }

    @ParameterizedTest
    @MethodSource("events")
    void every_kind_of_record_reads_back_as_it_was(AuditRecord.Event event) throws Exception {
        byte[] json = AuditCodec.encode(TIME, event);
        assertThat(AuditCodec.decode(5, json)).isEqualTo(new AuditRecord(5, TIME, event));
        assertThat(AuditCodec.encode(TIME, event)).isEqualTo(json);
    }

    @Test
    void the_form_on_disk_stays_as_it_is() {
        AuditRecord.Event event = new AuditRecord.Settled(new AuditId(3), new Outcome(true, Map.of("b", 2L, "a", 1L)));
        assertThat(new String(AuditCodec.encode(TIME, event), StandardCharsets.UTF_8))
                .isEqualTo("{\"time\":\"2026-11-21T10:00:00.123456789Z\",\"kind\":\"settlement\",\"permit\":3,"
                        + "\"success\":true,\"counts\":{\"a\":1,\"b\":2}}");
    }

    @Test
    void other_bytes_end_in_an_io_exception_without_content() {
        long seed = Long.getLong("strongroom.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        byte[] json = AuditCodec.encode(TIME, events().skip(2).findFirst().orElseThrow());
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = json.clone();
            for (int c = random.nextInt(4); c >= 0; c--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(32, 127);
            }
            try {
                AuditCodec.decode(0, bytes);
            } catch (IOException e) {
                assertThat(e.getMessage()).as("seed " + seed).doesNotContain("P1");
            }
        }
        for (String text : List.of("", "[]", "{", "{\"a\":1.5}", "{} {}", "{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}")) {
            assertThatThrownBy(() -> AuditCodec.decode(0, text.getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(IOException.class);
        }
    }
}
