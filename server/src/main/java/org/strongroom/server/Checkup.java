package org.strongroom.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.strongroom.archive.Health;
import org.strongroom.archive.Index;
import org.strongroom.archive.MissingPack;
import org.strongroom.guard.AuditVerifier;
import org.strongroom.guard.DeviceRecord;
import org.strongroom.guard.IssuedCertificate;
import org.strongroom.guard.KeyRing;
import org.strongroom.guard.PrivateFiles;
import org.strongroom.guard.Verification;

/** The checks of {@code doctor}: each ends in one finding, with what to do where something is to do. */
final class Checkup {
    private static final Duration CERTIFICATE_SOON = Duration.ofDays(30);
    private static final Duration BUILD_OLD = Duration.ofDays(90);
    private static final long DISK_FAIL_BYTES = 256L << 20;
    private static final long DISK_WARN_BYTES = 10L << 30;

    private static final long AUDIT_AT_ONCE = 64L << 20;
    private static final int MOST_NAMED = 20;
    /** Keys that broken transfers may have left. */
    private static final long SPARE_KEYS = 10;

    private static final String BRING_BACK = "bring it back from a backup into the folder of the packs and start again;"
            + " leave index.sqlite and keys as they are";

    private final List<Finding> findings = new ArrayList<>();

    enum State {
        OK,
        NOTE,
        WARN,
        FAIL
    }

    /** @param fix what to do; empty where nothing is to do */
    record Finding(State state, String name, String text, String fix) {}

    List<Finding> findings() {
        return List.copyOf(findings);
    }

    boolean failed() {
        return findings.stream().anyMatch(finding -> finding.state() == State.FAIL);
    }

    void fail(String name, String text, String fix) {
        findings.add(new Finding(State.FAIL, name, text, fix));
    }

    private void warn(String name, String text, String fix) {
        findings.add(new Finding(State.WARN, name, text, fix));
    }

    private void note(String name, String text, String fix) {
        findings.add(new Finding(State.NOTE, name, text, fix));
    }

    private void ok(String name, String text) {
        findings.add(new Finding(State.OK, name, text, ""));
    }

    // ---- what can be seen from outside

    void files(DataDirectory directory) throws IOException {
        if (!directory.isInitialised()) {
            fail("folders", "no archive in " + directory.root(), "strongroom init " + directory.root());
            return;
        }
        closed("keys", directory.keys());
        closed("data", directory.data());
        volumes(directory);
        disk(directory.data());
        build();
        if (!directory.isDemo()) {
            recovery(directory);
        } else {
            note("demo", "this is a demo's folder: its device key lies in it for all to use", "strongroom init DIR");
        }
        listener(directory);
    }

    private void closed(String name, Path folder) throws IOException {
        if (PrivateFiles.isOpenToOthers(folder)) {
            fail(name, folder + " is open to others of this machine", "chmod 700 " + folder);
        } else {
            ok(name, folder + " is open to its owner alone");
        }
    }

    private void volumes(DataDirectory directory) throws IOException {
        note(
                "master key",
                "a key file: a thief of this machine has the key",
                "a passphrase, a TPM or a key service are not built yet; keep the machine locked up");
        if (directory.sharesVolume()) {
            warn(
                    "volumes",
                    "keys and data share a volume: a thief of the disk has both",
                    "move " + directory.keys() + " to another volume and set keys = PATH in strongroom.toml");
        } else {
            ok("volumes", "keys and data lie on different volumes");
        }
    }

    private void disk(Path data) throws IOException {
        long free = Files.getFileStore(data).getUsableSpace();
        String text = (free >> 20) + " MiB free for " + data;
        if (free < DISK_FAIL_BYTES) {
            fail("disk", text, "make room: below 64 MiB nothing is stored");
        } else if (free < DISK_WARN_BYTES) {
            warn("disk", text, "make room");
        } else {
            ok("disk", text);
        }
    }

    private void recovery(DataDirectory directory) {
        if (Files.exists(directory.keys().resolve("recovery"))) {
            ok("recovery sheet", "the master key is wrapped for a sheet; is the paper where it should be?");
        } else {
            warn("recovery sheet", "there is none: if the keys are lost, so is all", "strongroom init makes one");
        }
    }

    private void build() throws IOException {
        CodeSource source = Checkup.class.getProtectionDomain().getCodeSource();
        try {
            Path jar = Path.of(source.getLocation().toURI());
            Duration age = Duration.between(Files.getLastModifiedTime(jar).toInstant(), Instant.now());
            String text = "this program was built " + age.toDays() + " days ago";
            if (age.compareTo(BUILD_OLD) > 0) {
                warn("build", text, "see whether there is a newer release");
            } else {
                ok("build", text);
            }
        } catch (URISyntaxException e) {
            note("build", "its age is not known", "");
        }
    }

    private void listener(DataDirectory directory) {
        if (!Files.exists(directory.configuration())) {
            return;
        }
        Configuration configuration = Configuration.read(directory.configuration());
        InetAddress address = configuration.address();
        String text = "DICOM over TLS at " + address.getHostAddress() + ":" + configuration.port();
        if (address.isLoopbackAddress()) {
            ok("listener", text + ": this machine alone");
        } else {
            note("listener", text + ": other machines reach it; strangers are refused in the handshake", "");
        }
    }

    // ---- what the archive knows

    void archive(OpenArchive archive, boolean running) throws IOException {
        ok("server", running ? "runs" : "does not run; this command had the archive to itself");
        for (String problem : archive.guard().problems()) {
            fail("archive", problem, "look at the log of the server");
        }
        objects(archive);
        audit(archive.directory());
        certificate("authority", archive.authority().certificate());
        for (IssuedCertificate own : archive.authority().serverCertificates(List.of())) {
            certificate("server certificate " + own.key().getAlgorithm(), own.certificate());
        }
        for (DeviceRecord device : archive.registry().devices()) {
            if (device.revoked().isEmpty()) {
                device(device);
            }
        }
        if (archive.registry().devices().isEmpty()) {
            note(
                    "devices",
                    "none is enrolled, so nothing can be sent or asked",
                    "strongroom device add NAME --aet AET");
        }
    }

    private void objects(OpenArchive archive) throws IOException {
        Health health = archive.health();
        health.reason().ifPresent(reason -> fail("archive", reason, "look at the log of the server"));
        packs(archive.missingPacks());
        if (health.damagedRecords() > 0) {
            fail(
                    "records",
                    health.damagedRecords() + " were found damaged at the start",
                    "the log names each (record.broken): bring their packs back from a backup and start again");
        }
        if (health.lostKeys() > 0) {
            fail(
                    "study keys",
                    "the keys of " + health.lostKeys()
                            + " studies are damaged or missing: nothing of them can be opened",
                    "bring back the key store in " + archive.directory().keys() + " from a backup");
        } else if (health.recordsWithoutKey() > 0) {
            warn(
                    "study keys",
                    health.recordsWithoutKey() + " records have no key, so they can't be opened",
                    "bring back the key store in " + archive.directory().keys() + " from a backup");
        }
        conflicts(archive.conflicts());
        long lost = archive.keysWithoutStudy();
        if (lost > SPARE_KEYS) {
            warn(
                    "studies",
                    lost + " studies have a key, but nothing of them is stored",
                    "a few may come from broken transfers; if studies are missing, bring data back from a backup");
        }
    }

    private void conflicts(Index.Conflicts found) {
        if (found.versions() > 0) {
            warn(
                    "versions",
                    "instances came again with other bytes " + found.versions() + " times",
                    "all are kept and the first of each is given out; find out which device uses a UID twice");
        }
        if (found.patients() > 0) {
            warn(
                    "patients",
                    "studies came under another Patient ID " + found.patients() + " times",
                    "they are found under their first one alone; look in the log for study.conflict, and correct"
                            + " the identifier at the device or in the hospital's records");
        }
    }

    /** @return whether all are there */
    private boolean packs(List<MissingPack> missing) {
        if (missing.isEmpty()) {
            ok("packs", "all that were written are there, at their full lengths");
            return true;
        }
        for (MissingPack pack : missing.stream().limit(MOST_NAMED).toList()) {
            fail("packs", pack.toString(), BRING_BACK);
        }
        if (missing.size() > MOST_NAMED) {
            fail("packs", "and " + (missing.size() - MOST_NAMED) + " more", BRING_BACK);
        }
        return false;
    }

    /** For an archive that can't be opened: whether its packs are all there decides what may be done to its index. */
    void packsUnopened(DataDirectory directory) {
        try {
            if (packs(OpenArchive.missingPacks(directory))) {
                note(
                        "index",
                        "it can be made anew from the packs, should it be what is damaged",
                        "only then move " + directory.data().resolve("index.sqlite") + " (and -wal, -shm) away;"
                                + " keep it until doctor finds nothing");
            }
        } catch (Failure | IOException | IllegalArgumentException e) {
            fail("packs", "whether all are there can't be told: " + Failure.describe(e), "leave the index where it is");
        }
    }

    /** In full while that takes no more than a second or so; else a person is told how. */
    void audit(DataDirectory directory) throws IOException {
        String all = "strongroom audit verify --data " + directory.root();
        long bytes = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory.audit())) {
            for (Path file : files) {
                bytes += Files.size(file);
            }
        }
        if (bytes > AUDIT_AT_ONCE) {
            note("audit log", (bytes >> 20) + " MiB, not verified here", all);
            return;
        }
        Verification found = AuditVerifier.verify(directory.audit(), KeyRing.open(directory.keys()));
        if (found.sound()) {
            ok("audit log", found.records() + " records, " + found.headsChecked() + " signed heads compared");
        } else {
            fail(
                    "audit log",
                    "DAMAGED: " + found.fault().map(String::valueOf).orElse(""),
                    "keep this folder as it is, restore the log from a backup into another; in full: " + all);
        }
    }

    private void certificate(String name, X509Certificate certificate) {
        expiry(name, certificate.getNotAfter().toInstant(), "restart the server: it renews its own");
    }

    private void device(DeviceRecord device) {
        expiry(
                "device " + device.name(),
                device.expires(),
                "strongroom device revoke " + device.name() + ", then device add");
        device.destination().flatMap(DeviceRecord.Destination::clearUntil).ifPresent(until -> {
            if (Instant.now().isBefore(until)) {
                warn(
                        "device " + device.name(),
                        "images go to it in clear text until the end of " + DeviceCommand.lastDay(until),
                        "enrol it with TLS: device add --address HOST:PORT without --clear-until");
            }
        });
    }

    private void expiry(String name, Instant expires, String fix) {
        Instant now = Instant.now();
        String text = "certificate expires " + DeviceCommand.day(expires);
        if (!now.isBefore(expires)) {
            fail(name, "certificate expired " + DeviceCommand.day(expires), fix);
        } else if (now.plus(CERTIFICATE_SOON).isAfter(expires)) {
            warn(name, text, fix);
        } else {
            ok(name, text);
        }
    }
}
