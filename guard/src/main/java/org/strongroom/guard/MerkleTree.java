package org.strongroom.guard;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The Merkle tree over the records, RFC 9162 section 2.1, kept as its right edge only: one hash for each bit set in the
 * size, which is the root of a full subtree of that many leaves. Appending costs one hash, amortised, whatever the size.
 * Not safe for use by several threads.
 */
final class MerkleTree {
    private static final byte LEAF = 0;
    private static final byte NODE = 1;
    private static final int MAX_LEVELS = 63;

    private final MessageDigest sha256;
    private final byte[][] peaks;
    private long size;

    MerkleTree() {
        this(0, new byte[MAX_LEVELS][0]);
    }

    private MerkleTree(long size, byte[][] peaks) {
        try {
            this.sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is in every JDK", e);
        }
        this.size = size;
        this.peaks = peaks;
    }

    /**
     * The tree whose right edge is given, from the largest subtree to the smallest.
     *
     * @throws IllegalArgumentException when that many hashes don't fit the size
     */
    static MerkleTree of(long size, byte[][] edge) {
        if (size < 0 || edge.length != Long.bitCount(size)) {
            throw new IllegalArgumentException("a tree of " + size + " leaves has " + Long.bitCount(size) + " peaks");
        }
        byte[][] peaks = new byte[MAX_LEVELS][0];
        int next = 0;
        for (int level = MAX_LEVELS - 1; level >= 0; level--) {
            if ((size >>> level & 1) == 1) {
                peaks[level] = edge[next++];
            }
        }
        return new MerkleTree(size, peaks);
    }

    MerkleTree copy() {
        return new MerkleTree(size, peaks.clone());
    }

    long size() {
        return size;
    }

    /** Appends the leaf whose content is the parts joined. */
    void append(byte[] first, byte[] second) {
        sha256.update(LEAF);
        sha256.update(first);
        byte[] hash = sha256.digest(second);
        int level = 0;
        for (; (size >>> level & 1) == 1; level++) {
            hash = node(peaks[level], hash);
        }
        peaks[level] = hash;
        size++;
    }

    /** MTH of all leaves; of none, the hash of nothing. */
    byte[] root() {
        if (size == 0) {
            return sha256.digest();
        }
        int level = Long.numberOfTrailingZeros(size);
        byte[] hash = peaks[level].clone();
        for (level++; level < MAX_LEVELS; level++) {
            if ((size >>> level & 1) == 1) {
                hash = node(peaks[level], hash);
            }
        }
        return hash;
    }

    /** The right edge, from the largest subtree to the smallest. */
    byte[][] edge() {
        byte[][] edge = new byte[Long.bitCount(size)][];
        int next = 0;
        for (int level = MAX_LEVELS - 1; level >= 0; level--) {
            if ((size >>> level & 1) == 1) {
                edge[next++] = peaks[level];
            }
        }
        return edge;
    }

    private byte[] node(byte[] left, byte[] right) {
        sha256.update(NODE);
        sha256.update(left);
        return sha256.digest(right);
    }
}
