package org.strongroom.server;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import org.strongroom.guard.CertificateAuthority;
import org.strongroom.guard.EnrolmentException;
import org.strongroom.guard.KeyFile;
import org.strongroom.guard.KeyRing;
import org.strongroom.guard.PrivateFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Makes a new archive: folders, keys, certificate authority, recovery sheet, first administrator. */
@Command(
        name = "init",
        description = "Make a new archive: keys, certificate authority, recovery sheet, you as its administrator.",
        mixinStandardHelpOptions = true)
final class InitCommand implements Callable<Integer> {
    private static final Duration LINK_VALIDITY = Duration.ofMinutes(30);

    private final Invocation invocation;

    @Parameters(paramLabel = "DIR", description = "a folder that is empty or not there yet")
    private String folder = "";

    InitCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException, EnrolmentException {
        Path root = invocation.path(folder);
        DataDirectory directory = new DataDirectory(root, root.resolve("keys"));
        try (Unfinished unfinished = Unfinished.begin(directory)) {
            create(directory, invocation.user());
            SecureRandom random = new SecureRandom();
            RecoverySheet sheet = recoverySheet(directory, random);
            String link = administratorLink(directory, random, Instant.now());
            PrivateFiles.create(directory.configuration(), configuration().getBytes(StandardCharsets.UTF_8));
            print(directory, sheet, link);
            unfinished.finish(); // last: nobody has seen the sheet of an archive that was cut short
        }
        return CommandLines.DONE;
    }

    /** Folders, keys, certificate authority and the first administrator; without sheet and link, which a demo lacks. */
    static void create(DataDirectory directory, String user) throws IOException, EnrolmentException {
        directory.create();
        CertificateAuthority.create(KeyRing.create(directory.keys()), InstantSource.system());
        try (OpenArchive archive = OpenArchive.unfinished(directory)) {
            archive.registry().addFirstAdministrator(user);
        }
    }

    private static RecoverySheet recoverySheet(DataDirectory directory, SecureRandom random) throws IOException {
        RecoverySheet sheet = RecoverySheet.create(random);
        byte[] master = new KeyFile(directory.keys()).unlock();
        try {
            PrivateFiles.replace(directory.keys().resolve("recovery"), sheet.wrap(master, random));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-GCM is missing from this Java", e);
        } finally {
            Arrays.fill(master, (byte) 0);
        }
        return sheet;
    }

    /** The secret stands in the fragment, which browsers do not send to servers or proxies; its hash alone is kept. */
    private static String administratorLink(DataDirectory directory, SecureRandom random, Instant now)
            throws IOException {
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        String hash;
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
            hash = HexFormat.of().formatHex(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is missing from this Java", e);
        }
        String line = "sha256 " + hash + "\nexpires " + now.plus(LINK_VALIDITY) + "\n";
        PrivateFiles.replace(directory.keys().resolve("first-link"), line.getBytes(StandardCharsets.US_ASCII));
        return URI.create("https://localhost:8443/first#" + text).toString();
    }

    static String configuration() {
        return """
                # Strongroom's configuration. Every key there is stands here with its default; an unknown one is an error.

                # The folder that holds data, keys and run; relative to this file.
                directory = "."
                # Where the keys lie. On another volume, or a stick, a thief of the disk has no key.
                keys = "keys"

                [dicom]
                # The AE title devices call.
                aet = "STRONGROOM"
                # DICOM over TLS; every device needs a certificate: strongroom device add.
                address = "127.0.0.1"
                port = 2762
                # Must be true for an address that other machines can reach.
                beyond_loopback = false
                """;
    }

    private void print(DataDirectory directory, RecoverySheet sheet, String link) {
        String until = DateTimeFormatter.ofPattern("HH:mm")
                .withZone(ZoneId.systemDefault())
                .format(Instant.now().plus(LINK_VALIDITY));
        List<String> words = sheet.words();
        invocation.out().println("A new archive is in " + directory.root() + ".");
        invocation.out().println("Its administrator: " + invocation.user() + " (of this machine).");
        invocation.out().println();
        invocation
                .out()
                .println("RECOVERY SHEET. Write it on paper and lock it away: with it and a backup the archive opens");
        invocation
                .out()
                .println("when this machine is lost, without it nothing does. It is shown once and stored nowhere.");
        invocation.out().println();
        for (int line = 0; line < 4; line++) {
            StringBuilder text = new StringBuilder();
            for (int i = line * 4; i < line * 4 + 4; i++) {
                text.append(String.format("%6d  %s", i + 1, words.get(i)));
            }
            invocation.out().println(text);
        }
        invocation.out().println(" check  " + words.get(16) + " check  " + words.get(17));
        invocation.out().println();
        invocation.out().println("Administrator link, once and until " + until + ":");
        invocation.out().println("  " + link);
        invocation
                .out()
                .println(
                        "  (The portal is not built yet: this link opens nothing today. The command line does all there is.)");
        invocation.out().println();
        invocation.out().println("Next:");
        invocation.out().println("  strongroom serve --config " + directory.configuration());
        invocation.out().println("  strongroom device add CT1 --aet CT1 --data " + directory.root() + " --out .");
        invocation
                .out()
                .println(
                        "The keys lie beside the data: a thief of this machine has both. strongroom doctor says more.");
    }
}
