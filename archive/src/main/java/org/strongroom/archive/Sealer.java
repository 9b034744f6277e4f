package org.strongroom.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.strongroom.archive.Arrival.Body;

/**
 * Seals one object after another, segment by segment, into memory chunks while the budget lasts, else into a pack file of
 * its own. Buffers and cipher serve all objects; one thread at a time.
 *
 * <p>The format must know of each segment whether it is the last before sealing it. So the plaintext buffer holds one byte
 * more than a segment: that byte says that more follows, and is moved to the front.
 */
final class Sealer {
    /** What all sealers of a store share. */
    record Shared(
            Disk disk,
            Path directory,
            Chunks chunks,
            HeadMemory.Shares heads,
            Pool<Blocks> blocks,
            SecureRandom random,
            PackSettings settings,
            StoreState state) {}

    /** A sealed object: where it is, and the check sum of ciphertext, note and length. */
    static final class Sealed {
        private final Body body;
        private final byte[] note;
        private final int crc;

        Sealed(Body body, byte[] note, int crc) {
            this.body = body;
            this.note = note;
            this.crc = crc;
        }

        Body body() {
            return body;
        }

        byte[] note() {
            return note;
        }

        int crc() {
            return crc;
        }
    }

    private final Shared shared;
    private final StreamingCipher cipher = new StreamingCipher();
    private final CRC32C crc = new CRC32C();
    private final byte[] plain = new byte[StreamingCipher.PLAIN_SEGMENT + 1];
    private final byte[] passing = new byte[StreamingCipher.SEGMENT];

    private byte[] chunk = passing;
    private int chunkStart;
    private int filled;
    private int segment;
    private long plainLength;
    private List<byte[]> gathered = new ArrayList<>();
    private @Nullable Blocks blocks;
    private @Nullable SingleWriter single;

    Sealer(Shared shared) {
        this.shared = shared;
    }

    void begin(byte[] dataKey, ObjectId objectId) throws IOException, RefusedException {
        crc.reset();
        filled = 0;
        segment = 0;
        plainLength = 0;
        nextChunk();
        cipher.begin(dataKey, objectId.bytes(), shared.random(), chunk);
        chunkStart = StreamingCipher.HEADER;
    }

    void put(byte[] bytes, int length) throws IOException, RefusedException {
        int from = 0;
        while (from < length) {
            int n = Math.min(length - from, room());
            System.arraycopy(bytes, from, plain, filled, n);
            from += n;
            filled += n;
            sealWhenFull();
        }
    }

    /** Takes all that is left of {@code body}, and digests it. */
    void pump(InputStream body, MessageDigest digest) throws IOException, RefusedException {
        int n;
        while ((n = body.read(plain, filled, room())) >= 0) {
            digest.update(plain, filled, n);
            filled += n;
            sealWhenFull();
        }
    }

    /** Seals what is left; returns the bytes of plaintext there were in all. */
    long end() throws IOException, RefusedException {
        seal(filled, true);
        return plainLength;
    }

    /** Seals the note, and puts a single-object pack on stable storage. */
    Sealed finish(RecordHeader header, byte[] note) throws IOException, RefusedException {
        byte[] sealed = cipher.sealNote(note, header.context());
        crc.update(sealed);
        crc.update(
                ByteBuffer.allocate(Long.BYTES).putLong(header.recordLength()).flip());
        int sum = (int) crc.getValue();
        if (single == null) {
            return new Sealed(new Body.Gathered(List.copyOf(gathered)), sealed, sum);
        }
        toDisk(single, sealed, sealed.length);
        toDisk(single, header.trailer(sum), RecordHeader.TRAILER);
        try {
            Path file = single.finish(header);
            single = null;
            return new Sealed(new Body.Single(file), sealed, sum);
        } catch (IOException e) {
            throw refused("a pack can't be synced", e);
        }
    }

    private int room() {
        return StreamingCipher.capacity(segment) + 1 - filled;
    }

    private void sealWhenFull() throws IOException, RefusedException {
        if (room() == 0) {
            byte next = plain[filled - 1];
            seal(filled - 1, false);
            plain[0] = next;
            filled = 1;
        }
    }

    private void seal(int length, boolean last) throws IOException, RefusedException {
        if (segment > 0) {
            nextChunk();
            chunkStart = 0;
        }
        int end = chunkStart + cipher.seal(segment, last, plain, length, chunk, chunkStart);
        plainLength += length;
        segment++;
        crc.update(chunk, 0, end);
        if (single != null) {
            toDisk(single, chunk, end);
        }
    }

    private void nextChunk() throws IOException, RefusedException {
        chunk = passing;
        if (single == null) {
            int most = shared.settings().gatherBytes() / StreamingCipher.SEGMENT;
            Optional<byte[]> memory = gathered.size() < most ? shared.chunks().take() : Optional.empty();
            if (memory.isPresent()) {
                chunk = memory.get();
                gathered.add(chunk);
            } else {
                spill();
            }
        }
    }

    /** Goes on in a pack of its own. */
    private void spill() throws IOException, RefusedException {
        Blocks buffer = shared.blocks().take();
        blocks = buffer;
        try {
            single = SingleWriter.create(
                    shared.disk(),
                    shared.directory(),
                    shared.random().nextLong(),
                    buffer,
                    shared.settings().reserveBytes());
        } catch (IOException e) {
            throw refused("a pack can't be made", e);
        }
        for (byte[] full : gathered) {
            toDisk(single, full, full.length);
        }
        giveBack();
    }

    private void toDisk(SingleWriter writer, byte[] bytes, int length) throws IOException, RefusedException {
        try {
            writer.append(bytes, length);
        } catch (IOException e) {
            throw refused("a pack can't be written", e);
        }
    }

    private RefusedException refused(String what, IOException cause) throws IOException {
        if (cause instanceof ClosedByInterruptException) {
            throw cause; // the association was told to stop: no fault of the disk
        }
        return shared.state().refuse(what, cause);
    }

    private void giveBack() {
        shared.chunks().give(gathered);
        gathered = new ArrayList<>();
    }

    /** Gives back the memory, and drops a pack that was not finished. Follows each object, however it ended. */
    void release() {
        giveBack();
        if (single != null) {
            single.abandon();
            single = null;
        }
        if (blocks != null) {
            shared.blocks().give(blocks);
            blocks = null;
        }
    }
}
