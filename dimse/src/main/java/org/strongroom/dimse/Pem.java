package org.strongroom.dimse;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keys and certificates from PEM files, RFC 7468, with nothing but the JDK. Messages name the file and what to do, never
 * its content.
 */
public final class Pem {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    /** Longer than any bundle of authorities in use. */
    private static final long MOST_BYTES = 4L << 20;

    /** AlgorithmIdentifier of rsaEncryption with its NULL, RFC 8017 annex A.1. */
    private static final byte[] RSA_ALGORITHM = {
        0x30, 0x0D, 0x06, 0x09, 0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00
    };

    /** Object identifier id-ecPublicKey, RFC 5480 section 2.1.1. */
    private static final byte[] EC_PUBLIC_KEY = {0x06, 0x07, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 0x02, 0x01};

    private Pem() {}

    /**
     * All certificates of a file, in its order.
     *
     * @throws IOException when the file can't be read, or has no certificate, or a broken one
     */
    public static List<X509Certificate> certificates(Path file) throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        List<byte[]> blocks = new ArrayList<>();
        blocks(file, (label, content) -> {
            if (label.equals("CERTIFICATE")) {
                blocks.add(content);
            }
        });
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (byte[] block : blocks) {
                certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block)));
            }
        } catch (CertificateException e) {
            throw new IOException(file + ": certificate " + (certificates.size() + 1) + " can't be read", e);
        }
        if (certificates.isEmpty()) {
            throw new IOException(file + ": no certificate (-----BEGIN CERTIFICATE-----) in this file");
        }
        return certificates;
    }

    /**
     * The private key of a file: PKCS#8, or RSA (PKCS#1), or EC (SEC 1).
     *
     * @throws IOException when the file can't be read, or has no key, or an encrypted one
     */
    public static PrivateKey privateKey(Path file) throws IOException {
        List<byte[]> keys = new ArrayList<>();
        List<String> encrypted = new ArrayList<>();
        blocks(file, (label, content) -> {
            switch (label) {
                case "PRIVATE KEY" -> keys.add(content);
                case "RSA PRIVATE KEY" -> keys.add(pkcs8(RSA_ALGORITHM, content));
                case "EC PRIVATE KEY" -> keys.add(pkcs8(sequence(EC_PUBLIC_KEY, curve(content)), content));
                case "ENCRYPTED PRIVATE KEY" -> encrypted.add(label);
                default -> {}
            }
        });
        if (keys.isEmpty()) {
            throw new IOException(
                    file + (encrypted.isEmpty() ? ": no private key in this file" : ": the private key is encrypted;")
                            + " give it as PKCS#8 without passphrase (openssl pkcs8 -topk8 -nocrypt)");
        }
        for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(keys.getFirst()));
            } catch (InvalidKeySpecException e) {
                // A key of another kind; the next may fit.
            } catch (GeneralSecurityException e) {
                throw new IOException(file + ": this Java has no " + algorithm, e);
            }
        }
        throw new IOException(file + ": the private key is neither RSA nor EC nor EdDSA, or is damaged");
    }

    private static void blocks(Path file, BiConsumer<String, byte[]> take) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException(file + ": larger than " + MOST_BYTES + " bytes, this is no PEM file");
        }
        Matcher block = BLOCK.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
        while (block.find()) {
            try {
                take.accept(block.group(1), Base64.getMimeDecoder().decode(block.group(2)));
            } catch (IllegalArgumentException e) {
                throw new IOException(file + ": damaged " + block.group(1), e);
            }
        }
    }

    /** PrivateKeyInfo, RFC 5958 section 2, around a key of an older format. */
    private static byte[] pkcs8(byte[] algorithm, byte[] key) {
        return sequence(new byte[] {0x02, 0x01, 0x00}, algorithm, element(0x04, key));
    }

    /** The curve's object identifier: [0] of ECPrivateKey, RFC 5915 section 3. */
    private static byte[] curve(byte[] key) {
        int position = 1 + lengthOfLength(key, 1);
        while (position < key.length) {
            int tag = key[position] & 0xFF;
            int header = 1 + lengthOfLength(key, position + 1);
            int length = derLength(key, position + 1);
            if (length > key.length - position - header) {
                break;
            }
            if (tag == 0xA0) {
                return Arrays.copyOfRange(key, position + header, position + header + length);
            }
            position += header + length;
        }
        throw new IllegalArgumentException("EC key without its curve");
    }

    private static int lengthOfLength(byte[] der, int at) {
        return at < der.length && (der[at] & 0x80) != 0 ? 1 + (der[at] & 0x7F) : 1;
    }

    private static int derLength(byte[] der, int at) {
        int octets = lengthOfLength(der, at) - 1;
        if (at + octets >= der.length || octets > 2) {
            throw new IllegalArgumentException("no DER length");
        }
        int length = octets == 0 ? der[at] & 0x7F : 0;
        for (int i = 1; i <= octets; i++) {
            length = length << 8 | (der[at + i] & 0xFF);
        }
        return length;
    }

    private static byte[] sequence(byte[]... parts) {
        PduBuilder content = new PduBuilder(256);
        for (byte[] part : parts) {
            content.put(part);
        }
        return element(0x30, content.toArray());
    }

    private static byte[] element(int tag, byte[] content) {
        PduBuilder der = new PduBuilder(content.length + 4).u8(tag);
        if (content.length < 0x80) {
            der.u8(content.length);
        } else {
            der.u8(0x82).u16(content.length);
        }
        return der.put(content).toArray();
    }
}
