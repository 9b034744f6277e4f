package org.strongroom.guard;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A signed tree head: so many records, with this root, at this time. One line of text, which OpenSSL can check too:
 *
 * <pre>strongroom-audit-head 1 SIZE ROOT TIME SIGNATURE</pre>
 *
 * The Ed25519 signature is over the part of the line before it, without the space between.
 *
 * @param root hex
 * @param signature base64
 */
record TreeHead(long size, String root, Instant time, String signature) {
    private static final String MAGIC = "strongroom-audit-head 1 ";

    static TreeHead sign(MerkleTree tree, Instant time, PrivateKey key) throws GeneralSecurityException {
        String root = HexFormat.of().formatHex(tree.root());
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(key);
        signature.update(signed(tree.size(), root, time).getBytes(StandardCharsets.US_ASCII));
        return new TreeHead(tree.size(), root, time, Base64.getEncoder().encodeToString(signature.sign()));
    }

    String line() {
        return signed(size, root, time) + ' ' + signature;
    }

    private static String signed(long size, String root, Instant time) {
        return MAGIC + size + ' ' + root + ' ' + time;
    }

    /** The head in {@code line}; empty when it is none, or its signature is not of {@code key}. */
    static Optional<TreeHead> parse(String line, PublicKey key) {
        String[] words = line.strip().split(" ", 8);
        if (words.length < 6 || !(words[0] + ' ' + words[1] + ' ').equals(MAGIC)) {
            return Optional.empty();
        }
        try {
            TreeHead head = new TreeHead(Long.parseLong(words[2]), words[3], Instant.parse(words[4]), words[5]);
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(key);
            signature.update(signed(head.size, head.root, head.time).getBytes(StandardCharsets.US_ASCII));
            return head.size >= 0 && signature.verify(Base64.getDecoder().decode(head.signature))
                    ? Optional.of(head)
                    : Optional.empty();
        } catch (IllegalArgumentException | DateTimeException | GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    boolean isOf(MerkleTree tree) {
        return tree.size() == size && HexFormat.of().formatHex(tree.root()).equals(root);
    }

    /**
     * A head with what is needed to go on from it: the tree's right edge, and where the next record starts. Both are proven
     * by use: the edge by the root, the place by the framing.
     */
    record Resumable(TreeHead head, long segment, long offset, MerkleTree tree) {
        String line() {
            StringBuilder line = new StringBuilder(head.line()).append(' ').append(segment);
            line.append(' ').append(offset);
            for (byte[] peak : tree.edge()) {
                line.append(' ').append(HexFormat.of().formatHex(peak));
            }
            return line.toString();
        }

        static Optional<Resumable> parse(String line, PublicKey key) {
            Optional<TreeHead> head = TreeHead.parse(line, key);
            String[] words = line.strip().split(" ", -1);
            if (head.isEmpty() || words.length < 8) {
                return Optional.empty();
            }
            try {
                List<byte[]> edge = new ArrayList<>();
                for (int i = 8; i < words.length; i++) {
                    edge.add(HexFormat.of().parseHex(words[i]));
                }
                MerkleTree tree = MerkleTree.of(head.get().size, edge.toArray(byte[][]::new));
                return head.get().isOf(tree)
                        ? Optional.of(
                                new Resumable(head.get(), Long.parseLong(words[6]), Long.parseLong(words[7]), tree))
                        : Optional.empty();
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }
    }
}
