package org.strongroom.guard;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;

/** Reads one segment frame by frame and checks the framing; needs no key. */
final class SegmentReader implements Closeable {
    private final Segment segment;
    private final FileChannel channel;
    private final InputStream in;
    private final byte[] header;
    private final long length;
    private long offset;
    private long next;
    private long batchFirst;

    /** A frame as it stands in the file: header and sealed record. */
    static final class Frame {
        private final long sequence;
        private final byte[] bytes;

        private Frame(long sequence, byte[] bytes) {
            this.sequence = sequence;
            this.bytes = bytes;
        }

        long sequence() {
            return sequence;
        }

        byte[] bytes() {
            return bytes;
        }
    }

    private SegmentReader(Segment segment, FileChannel channel, byte[] header, long length, long offset, long next)
            throws IOException {
        this.segment = segment;
        this.channel = channel;
        this.header = header;
        this.length = length;
        this.offset = offset;
        this.next = next;
        this.batchFirst = next;
        this.in = new BufferedInputStream(Channels.newInputStream(channel.position(offset)), 1 << 16);
    }

    /** Opens at the first record. */
    static SegmentReader open(Segment segment) throws IOException {
        return open(segment, Segment.HEADER_LENGTH, segment.first());
    }

    /**
     * Opens at the record {@code next}, which starts at {@code offset}.
     *
     * @throws AuditDamagedException when the file's header is not that of the segment, or the file ends before
     *     {@code offset}
     */
    static SegmentReader open(Segment segment, long offset, long next) throws IOException {
        FileChannel channel = FileChannel.open(segment.file(), StandardOpenOption.READ);
        try {
            long length = channel.size();
            if (offset < Segment.HEADER_LENGTH || offset > length) {
                throw new AuditDamagedException(
                        next, name(segment.file()) + " ends at byte " + length + ", before this record");
            }
            byte[] header = read(channel, 0, Segment.HEADER_LENGTH);
            segment.checkHeader(header);
            return new SegmentReader(segment, channel, header, length, offset, next);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * The next frame; empty at the end of the file.
     *
     * @throws AuditDamagedException when the bytes there are not the frame that has to come; {@link #offset} stays
     */
    Optional<Frame> next() throws IOException {
        if (offset == length) {
            return Optional.empty();
        }
        byte[] head = in.readNBytes((int) Math.min(Segment.FRAME_HEADER_LENGTH, length - offset));
        if (head.length < Segment.FRAME_HEADER_LENGTH) {
            throw damaged("incomplete, " + head.length + " bytes of it are there");
        }
        ByteBuffer fields = ByteBuffer.wrap(head);
        int sealedLength = fields.getInt();
        long sequence = fields.getLong();
        int position = fields.getInt();
        int crc = fields.getInt();
        if (sealedLength < RecordCipher.OVERHEAD || sealedLength > Segment.MAX_SEALED) {
            throw damaged("a length of " + sealedLength + " bytes");
        }
        if (sealedLength > length - offset - Segment.FRAME_HEADER_LENGTH) {
            throw damaged("incomplete, the file ends within it");
        }
        byte[] sealed = in.readNBytes(sealedLength);
        if (sealed.length < sealedLength || Segment.crc(head, 0, 16, sealed, 0) != crc) {
            throw damaged("its checksum does not match");
        }
        if (sequence != next) {
            throw damaged("record " + sequence + " stands in its place: records were removed, put in or reordered");
        }
        if (position != 0 && position != sequence - batchFirst) {
            throw damaged("its position in the batch does not match");
        }
        if (position == 0) {
            batchFirst = sequence;
        }
        byte[] bytes = Arrays.copyOf(head, head.length + sealed.length);
        System.arraycopy(sealed, 0, bytes, head.length, sealed.length);
        offset += bytes.length;
        next++;
        return Optional.of(new Frame(sequence, bytes));
    }

    /**
     * Whether what is wrong at {@link #offset} can be what a power cut leaves: parts missing of the batch that was being
     * written. No later batch can exist then, since it is begun only after the one before was synced.
     */
    boolean endsTorn() throws IOException {
        long rest = length - offset;
        if (rest > Segment.MAX_BATCH) {
            return false;
        }
        byte[] tail = read(channel, offset, (int) rest);
        for (int at = 0; at + Segment.FRAME_HEADER_LENGTH + RecordCipher.OVERHEAD <= rest; at++) {
            if (otherBatchAt(tail, at)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a sound frame starts {@code at} that can't be of the batch the next record belongs to. */
    private boolean otherBatchAt(byte[] tail, int at) {
        ByteBuffer fields = ByteBuffer.wrap(tail);
        int sealedLength = fields.getInt(at);
        int from = at + Segment.FRAME_HEADER_LENGTH;
        if (sealedLength < RecordCipher.OVERHEAD || sealedLength > tail.length - from) {
            return false;
        }
        byte[] sealed = Arrays.copyOfRange(tail, from, from + sealedLength);
        if (Segment.crc(tail, at, 16, sealed, 0) != fields.getInt(at + 16)) {
            return false;
        }
        long sequence = fields.getLong(at + 4);
        long first = sequence - fields.getInt(at + 12);
        return sequence <= next || first < batchFirst || first > next;
    }

    private static byte[] read(FileChannel channel, long from, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(new byte[length]);
        int got = 0;
        while (bytes.hasRemaining() && got >= 0) {
            got = channel.read(bytes, from + bytes.position());
        }
        return bytes.array();
    }

    private AuditDamagedException damaged(String finding) {
        return new AuditDamagedException(next, finding + " (" + name(segment.file()) + ", byte " + offset + ")");
    }

    /** Whether a segment was begun without a record in it. */
    static boolean isEmpty(Segment segment) throws IOException {
        return Files.size(segment.file()) <= Segment.HEADER_LENGTH;
    }

    /** What stands before the first frame; part of the first leaf. */
    byte[] header() {
        return header;
    }

    /** Where the next frame starts. */
    long offset() {
        return offset;
    }

    /** Sequence of the next frame. */
    long sequence() {
        return next;
    }

    long length() {
        return length;
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
