package org.strongroom.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RefusalsTest extends InHouse {
    @Test
    void the_first_of_an_address_and_minute_is_a_record_and_the_rest_are_counted() throws Exception {
        InetAddress a = address(1);
        InetAddress b = address(2);
        for (int i = 0; i < 5; i++) {
            house.guard.refused(a, Refusal.UNKNOWN_CERTIFICATE, "called STRONGROOM");
        }
        house.guard.refused(a, Refusal.REVOKED, "");
        house.guard.refused(b, Refusal.HANDSHAKE, "");
        house.clock.advance(Duration.ofMinutes(1));
        house.guard.refused(b, Refusal.HANDSHAKE, "next minute");
        house.close();
        assertThat(refused())
                .containsExactly(
                        new AuditRecord.Refused("10.0.0.1", Refusal.UNKNOWN_CERTIFICATE, "called STRONGROOM"),
                        new AuditRecord.Refused("10.0.0.2", Refusal.HANDSHAKE, ""),
                        new AuditRecord.Refused("10.0.0.2", Refusal.HANDSHAKE, "next minute"));
        assertThat(more()).singleElement().satisfies(m -> {
            assertThat(m.causes())
                    .containsEntry(Refusal.UNKNOWN_CERTIFICATE, 4L)
                    .containsEntry(Refusal.REVOKED, 1L)
                    .hasSize(2);
            assertThat(m.addresses()).containsExactly(Map.entry("10.0.0.1", 5L));
            assertThat(m.elsewhere()).isZero();
        });
    }

    @Test
    void ten_thousand_refusals_from_a_thousand_addresses_are_a_thousand_and_one_records() throws Exception {
        for (int i = 0; i < 10_000; i++) {
            house.guard.refused(address(i % 1000), Refusal.HANDSHAKE, "silent");
        }
        house.close();
        assertThat(refused()).hasSize(1000);
        assertThat(more()).singleElement().satisfies(m -> {
            assertThat(m.causes()).containsEntry(Refusal.HANDSHAKE, 9000L);
            assertThat(m.addresses()).hasSize(Refusals.MAX_NAMED);
            assertThat(m.addresses().values().stream().mapToLong(n -> n).sum() + m.elsewhere())
                    .isEqualTo(9000);
        });
    }

    @Test
    void addresses_beyond_the_bound_are_counted_together() throws Exception {
        for (int i = 0; i < Refusals.MAX_ADDRESSES + 500; i++) {
            house.guard.refused(address(i), Refusal.LIMIT, "");
        }
        house.close();
        assertThat(refused()).hasSize(Refusals.MAX_ADDRESSES);
        assertThat(more()).singleElement().satisfies(m -> {
            assertThat(m.addresses()).isEmpty();
            assertThat(m.elsewhere()).isEqualTo(500);
        });
    }

    @Test
    void a_flood_all_day_takes_no_more_than_its_share() throws Exception {
        for (int minute = 0; minute < 60; minute++) {
            for (int i = 0; i < 3000; i++) {
                house.guard.refused(address(i + minute * 3000), Refusal.HANDSHAKE, "x".repeat(500));
            }
            house.clock.advance(Duration.ofMinutes(1));
            Thread.sleep(20); // lets the writer take what is queued
        }
        house.close();
        long bytes = 0;
        try (Stream<Path> files = Files.list(house.auditDirectory())) {
            for (Path file : files.toList()) {
                bytes += Files.size(file);
            }
        }
        assertThat(bytes).as("floor of 4 MiB a day").isLessThan(6L << 20);
        long counted = more().stream()
                .flatMap(m -> m.causes().values().stream())
                .mapToLong(n -> n)
                .sum();
        assertThat(counted + refused().size()).as("each is recorded or counted").isEqualTo(180_000);
        assertThat(refused()).allMatch(r -> r.detail().length() <= 200);
    }

    @Test
    void noting_returns_at_once_when_the_audit_log_is_gone() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        try (House broken = new House(root.resolve("broken"), disk)) {
            disk.syncsLeft.set(0);
            broken.guard.decide(broken.admin, Purpose.HSYSADMIN, new Action.Store("x"));
            for (int i = 0; i < 10_000; i++) {
                broken.guard.refused(address(i), Refusal.HANDSHAKE, "");
            }
        }
    }

    @Test
    void a_minute_that_the_audit_log_could_not_take_goes_on_until_it_can() throws Exception {
        StuckDisk disk = new StuckDisk();
        House other = new House(root.resolve("stuck"), disk);
        Instant begin = other.clock.instant();
        try (other;
                Refusals refusals = Refusals.start(other.audit, other.clock)) {
            refusals.note(address(1), Refusal.HANDSHAKE, "first");
            refusals.note(address(1), Refusal.HANDSHAKE, "");
            disk.stuck = new CountDownLatch(1);
            AuditRecord.Event filler = new AuditRecord.Started("test", List.of("x".repeat(20_000)));
            while (other.audit.offer(filler)) {
                // until the queue is full
            }
            other.clock.advance(Duration.ofMinutes(1));
            refusals.note(address(1), Refusal.REVOKED, "while the disk is stuck");
            disk.stuck.countDown();
            while (!other.audit.offer(filler)) {
                Thread.sleep(5);
            }
            refusals.tick();
            refusals.note(address(1), Refusal.HANDSHAKE, "next minute");
        }
        assertThat(events(other, AuditRecord.Refused.class))
                .extracting(AuditRecord.Refused::detail)
                .containsExactly("first", "next minute");
        assertThat(events(other, AuditRecord.RefusedMore.class))
                .containsExactly(new AuditRecord.RefusedMore(
                        begin, Map.of(Refusal.HANDSHAKE, 1L, Refusal.REVOKED, 1L), Map.of("10.0.0.1", 2L), 0));
    }

    /** A disk that waits with each write while {@link #stuck} is closed. */
    private static final class StuckDisk implements AuditDisk {
        volatile CountDownLatch stuck = new CountDownLatch(0);

        @Override
        public SegmentFile create(Path file) throws IOException {
            SegmentFile real = AuditDisk.FILES.create(file);
            return new SegmentFile() {
                @Override
                public void write(ByteBuffer bytes) throws IOException {
                    try {
                        stuck.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                    real.write(bytes);
                }

                @Override
                public void sync() throws IOException {
                    real.sync();
                }

                @Override
                public void truncate(long length) throws IOException {
                    real.truncate(length);
                }

                @Override
                public void close() throws IOException {
                    real.close();
                }
            };
        }
    }

    @Test
    void the_cause_our_trust_manager_found_survives_the_tls_engine() {
        Exception cause = new Refusal.PeerRefusedException(Refusal.REVOKED, "certificate refused");
        assertThat(Refusal.of(new IOException("handshake", new RuntimeException(cause))))
                .isEqualTo(Refusal.REVOKED);
        assertThat(Refusal.of(new IOException("reset"))).isEqualTo(Refusal.HANDSHAKE);
    }

    private List<AuditRecord.Refused> refused() throws Exception {
        return events(AuditRecord.Refused.class);
    }

    private List<AuditRecord.RefusedMore> more() throws Exception {
        return events(AuditRecord.RefusedMore.class);
    }

    private <T> List<T> events(Class<T> type) throws Exception {
        return events(house, type);
    }

    private static <T> List<T> events(House house, Class<T> type) throws Exception {
        return house.records().stream()
                .map(AuditRecord::event)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    private static InetAddress address(int n) throws Exception {
        return InetAddress.getByAddress(new byte[] {10, (byte) (n >> 16), (byte) (n >> 8), (byte) n});
    }
}
