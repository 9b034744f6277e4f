package org.strongroom.guard;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;

/** A certificate our CA issued, with its private key, which is kept nowhere else. */
public record IssuedCertificate(PrivateKey key, X509Certificate certificate, X509Certificate ca) {
    public String fingerprint() {
        return Pem.fingerprint(certificate);
    }

    public Instant expires() {
        return certificate.getNotAfter().toInstant();
    }

    /**
     * Writes {@code NAME.key} (PKCS#8, 0600), {@code NAME.pem} and {@code ca.pem}.
     *
     * @throws IOException when NAME.key or NAME.pem is there already; nothing is overwritten but ca.pem
     */
    public void writeTo(Path directory, String name) throws IOException {
        Path keyFile = directory.resolve(name + ".key");
        Path certificateFile = directory.resolve(name + ".pem");
        if (Files.exists(certificateFile)) {
            throw new IOException(certificateFile + " is there already and is not overwritten; move it away first");
        }
        Files.createDirectories(directory);
        PrivateFiles.create(keyFile, Pem.of(key).getBytes(StandardCharsets.US_ASCII));
        Files.writeString(certificateFile, Pem.of(certificate));
        Files.writeString(directory.resolve("ca.pem"), Pem.of(ca));
    }

    @Override
    public String toString() {
        return "certificate " + fingerprint();
    }
}
