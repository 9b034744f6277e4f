package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.testkit.Programs;
import org.strongroom.testkit.StrongroomProcess;
import org.strongroom.testkit.TlsForward;

/** The command connect doctor against our server, DCMTK and Orthanc. */
class ConnectDoctorIT {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path work;

    private static String verdict(int status, String... line) throws Exception {
        List<String> all = new ArrayList<>(List.of("connect", "doctor"));
        all.addAll(List.of(line));
        Programs.Run run = StrongroomProcess.run(all.toArray(String[]::new));
        assertThat(run.exit()).as(run.output()).isEqualTo(status);
        return run.output();
    }

    private static String[] keys(Clinic clinic, String device, String calling) throws Exception {
        TlsForward.Credentials own = clinic.credentials(device);
        return new String[] {
            "127.0.0.1:" + clinic.port(),
            "--aet",
            Clinic.AET.value(),
            "--calling",
            calling,
            "--key",
            own.key().toString(),
            "--cert",
            own.certificate().toString(),
            "--ca",
            own.ca().toString(),
            "--data",
            clinic.folder().toString()
        };
    }

    @Test
    void it_tells_what_our_own_server_allows_and_whom_it_does_not_know() throws Exception {
        try (Clinic clinic = Clinic.make(work)) {
            clinic.enrol("CT1", "--services", "echo,store");
            clinic.enrol("GONE", "--services", "echo");
            clinic.start();
            assertThat(verdict(0, keys(clinic, "CT1", "CT1")))
                    .contains("answers CT1 as STRONGROOM; it allows: echo, store")
                    .contains("FAIL context");
            assertThat(verdict(1, keys(clinic, "CT1", "OTHER")))
                    .contains("it is a Strongroom in which this device is not enrolled under the AE title OTHER")
                    .contains("strongroom device add NAME --aet OTHER");
            Clinic.check(clinic.command("device", "revoke", "GONE"));
            assertThat(verdict(1, keys(clinic, "GONE", "GONE")))
                    .contains("it is a Strongroom in which this device is not enrolled under the AE title GONE");
            String place = "127.0.0.1:" + clinic.port();
            String data = clinic.folder().toString();
            assertThat(verdict(1, place, "--clear", "--data", data))
                    .contains("this side calls in clear text and the called side speaks TLS");
            assertThat(verdict(1, place, "--data", data)).contains("this side has no key and certificate to show");
        }
    }

    @Test
    void it_tells_what_dcmtk_and_orthanc_allow_and_refuse() throws Exception {
        Path storescp = Programs.require("storescp");
        String data = work.toString();
        int port = Programs.freePort();
        Process open = Peers.start(
                List.of(storescp.toString(), "-od", work.toString(), Integer.toString(port)),
                port,
                work.resolve("log1"));
        try {
            assertThat(verdict(0, "127.0.0.1:" + port, "--clear", "--data", data))
                    .contains("it allows: echo, store");
            assertThat(verdict(1, "127.0.0.1:" + port, "--data", data))
                    .contains("this side asks for TLS and the called side speaks clear text");
        } finally {
            Peers.end(open);
        }
        int refusing = Programs.freePort();
        Process closed = Peers.start(
                List.of(storescp.toString(), "--refuse", "-od", work.toString(), Integer.toString(refusing)),
                refusing,
                work.resolve("log2"));
        try {
            assertThat(verdict(1, "127.0.0.1:" + refusing, "--clear", "--data", data))
                    .contains("the called side refuses: refused by the called side: no reason given");
        } finally {
            Peers.end(closed);
        }
        try (Orthanc orthanc = Orthanc.start(work, Map.of())) {
            assertThat(verdict(0, "127.0.0.1:" + orthanc.port(), "--clear", "--data", data))
                    .contains("which is ")
                    .contains("it allows: echo");
        }
    }

    @Test
    void it_tells_whose_certificate_dcmtk_refuses_and_whom_dcmqrscp_and_orthanc_do_not_know() throws Exception {
        Path storescp = Programs.require("storescp");
        String data = work.toString();
        try (Clinic clinic = Clinic.make(work)) {
            int port = Programs.freePort();
            clinic.enrol("SCP", "--services", "echo", "--address", "127.0.0.1:" + port);
            clinic.enrol("CT1", "--services", "echo");
            TlsForward.Credentials theirs = clinic.credentials("SCP");
            Path nobody = Files.createDirectories(work.resolve("nobody"));
            try (Clinic elsewhere = Clinic.make(nobody)) {
                elsewhere.enrol("CT1", "--services", "echo");
                TlsForward.Credentials foreign = elsewhere.credentials("CT1");
                Process secure = Peers.start(
                        List.of(
                                storescp.toString(),
                                "+tls",
                                theirs.key().toString(),
                                theirs.certificate().toString(),
                                "+cf",
                                theirs.ca().toString(),
                                "-rc",
                                "-od",
                                work.toString(),
                                Integer.toString(port)),
                        port,
                        work.resolve("log3"));
                try {
                    assertThat(verdict(0, "SCP", "--data", clinic.folder().toString()))
                            .contains("it allows: echo, store");
                    assertThat(verdict(0, secure(port, clinic.credentials("CT1"), theirs.ca(), data)))
                            .contains("it allows: echo, store");
                    assertThat(verdict(1, secure(port, foreign, theirs.ca(), data)))
                            .containsAnyOf(
                                    "it refused our certificate",
                                    // The alert can be lost; its certificate is of a Strongroom's authority.
                                    "in which this device is not enrolled",
                                    "breaks off right after the TLS handshake, as one does that refuses our certificate");
                    assertThat(verdict(1, secure(port, clinic.credentials("CT1"), foreign.ca(), data)))
                            .contains("this side refuses")
                            .contains("we do not trust its certificate");
                } finally {
                    Peers.end(secure);
                }
            }
        }
        try (Qrscp qrscp = Qrscp.start(work, Map.of())) {
            assertThat(verdict(1, "127.0.0.1:" + qrscp.port(), "--aet", "NOSUCH", "--clear", "--data", data))
                    .contains("the called side refuses");
        }
        try (Orthanc orthanc = Orthanc.start(Files.createDirectories(work.resolve("orthanc")), Map.of(), false)) {
            assertThat(verdict(1, "127.0.0.1:" + orthanc.port(), "--aet", "NOSUCH", "--clear", "--data", data))
                    .contains("the called side refuses");
        }
    }

    private static String[] secure(int port, TlsForward.Credentials own, Path ca, String data) {
        return new String[] {
            "127.0.0.1:" + port,
            "--calling",
            "CT1",
            "--key",
            own.key().toString(),
            "--cert",
            own.certificate().toString(),
            "--ca",
            ca.toString(),
            "--data",
            data
        };
    }
}
