package org.strongroom.guard;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;

/**
 * The Ed25519 key that signs tree heads: {@code audit-sign.key} (sealed) and {@code audit-sign.pub} (PEM) in the keys
 * directory; and the second place of the newest head beside them.
 */
record AuditKeys(KeyRing keys, PrivateKey signing, PublicKey verifying) {
    private static final String KEY = "audit-sign.key";
    private static final String PUBLIC = "audit-sign.pub";
    private static final String HEAD = "audit.head";

    /** The key of the keys directory; made when neither half is there. */
    static AuditKeys openOrCreate(KeyRing keys) throws IOException {
        if (!keys.has(KEY) && !keys.has(PUBLIC)) {
            try {
                KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
                keys.writeSealed(KEY, Pem.of(pair.getPrivate()).getBytes(StandardCharsets.US_ASCII));
                String pem = Pem.encode("PUBLIC KEY", pair.getPublic().getEncoded());
                PrivateFiles.create(keys.directory().resolve(PUBLIC), pem.getBytes(StandardCharsets.US_ASCII));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("Ed25519 is in every JDK", e);
            }
        }
        PrivateKey signing = Pem.privateKey(new String(keys.readSealed(KEY), StandardCharsets.US_ASCII));
        return new AuditKeys(keys, signing, publicKey(keys.directory()));
    }

    /** The public half; needs no master key. */
    static PublicKey publicKey(Path keysDirectory) throws IOException {
        Path file = keysDirectory.resolve(PUBLIC);
        for (byte[] der : Pem.blocks("PUBLIC KEY", Files.readString(file))) {
            try {
                return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der));
            } catch (GeneralSecurityException e) {
                throw new IOException(file + ": not an Ed25519 public key", e);
            }
        }
        throw new IOException(file + ": no public key in PEM format");
    }

    static Path secondHead(Path keysDirectory) {
        return keysDirectory.resolve(HEAD);
    }
}
