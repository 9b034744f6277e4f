package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.Association;
import org.strongroom.dimse.Status;
import org.strongroom.testkit.SilentConnections;

/** A known peer is answered while thousands of connections to the DICOM port say nothing. */
class SilentConnectionsIT {
    private static final boolean FULL = "full".equals(System.getProperty("strongroom.extent"));
    private static final int CONNECTIONS = FULL ? 10_000 : 3_200;
    private static final int ADDRESSES = 64;
    private static final int ECHOES = FULL ? 500 : 100;
    private static final Uid VERIFICATION = new Uid("1.2.840.10008.1.1");

    @TempDir
    Path work;

    @Test
    void a_known_peer_is_answered_beside_silent_ones_from_64_addresses() throws Exception {
        // 10,000 from 64 addresses is 156 each and 16 over; 160 each is what the issue says.
        measure("64 addresses", ADDRESSES, FULL ? 160 : CONNECTIONS / ADDRESSES);
    }

    @Test
    void a_known_peer_is_answered_beside_silent_ones_from_its_own_address() throws Exception {
        measure("the peer's own address", 0, CONNECTIONS);
    }

    private void measure(String from, int addresses, int each) throws Exception {
        try (Clinic clinic = Clinic.make(work)) {
            clinic.enrol("CT1");
            clinic.start();
            for (int i = 0; i < 20; i++) {
                echo(clinic);
            }
            Process silent = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx200m",
                            "-cp",
                            SilentConnections.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .getPath(),
                            SilentConnections.class.getName(),
                            Integer.toString(clinic.port()),
                            Integer.toString(addresses),
                            Integer.toString(each))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader said = silent.inputReader(StandardCharsets.US_ASCII)) {
                String opened = said.readLine();
                double[] millis = new double[ECHOES];
                for (int i = 0; i < ECHOES; i++) {
                    millis[i] = echo(clinic);
                }
                silent.getOutputStream().close();
                String closed = said.readLine();
                Arrays.sort(millis);
                double p99 = millis[(int) Math.ceil(ECHOES * 0.99) - 1];
                System.out.printf(
                        "C-ECHO beside silent connections from %s (%s, %s by the server): p50 %.1f ms, p99 %.1f ms,"
                                + " worst %.1f ms of %d, each with TCP, TLS and association anew%n",
                        from, opened, closed, millis[ECHOES / 2], p99, millis[ECHOES - 1], ECHOES);
                assertThat(opened).isEqualTo("open " + Math.max(addresses, 1) * each);
                assertThat(p99).isLessThan(500);
            } finally {
                silent.destroyForcibly().waitFor();
            }
            clinic.stop();
        }
    }

    /** TCP connection, TLS handshake, association, C-ECHO, release; in milliseconds. */
    private static double echo(Clinic clinic) throws IOException {
        long start = System.nanoTime();
        try (Association a = clinic.associate(
                "CT1", clinic.proposal("CT1").context(VERIFICATION, List.of(TransferSyntax.ImplicitVRLittleEndian)))) {
            assertThat(a.echo()).isEqualTo(Status.SUCCESS);
        }
        return (System.nanoTime() - start) / 1e6;
    }
}
