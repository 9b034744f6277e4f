package org.strongroom.server;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * The entries of a zip file (APPNOTE.TXT 6.3.10), read one after the other from its central directory. java.util.zip.ZipFile
 * holds the whole directory in memory, and how long that is the file itself says: a sparse file of some kilobytes would end
 * the server. Here an entry is held at a time, and every length is compared with the file's before anything is read.
 *
 * <p>One thread walks; entries may be opened by others, also after the directory was closed. What is encrypted, split or compressed otherwise than
 * by deflate is refused when it is opened. Names are for people and lead nowhere.
 */
final class ZipDirectory implements Closeable {
    static final int MOST_ENTRIES = 1_000_000;

    /** Bytes out per byte in that an entry may claim, above {@link #FREE_BYTES}; and the longest entry. */
    private static final long RATIO = 100;

    private static final long FREE_BYTES = 16L << 20;
    private static final long ENTRY_BYTES = 4L << 30;

    private static final int LOCAL = 0x04034B50;
    private static final int CENTRAL = 0x02014B50;
    private static final int END = 0x06054B50;
    private static final int END_64 = 0x06064B50;
    private static final int LOCATOR_64 = 0x07064B50;
    private static final int END_LENGTH = 22;
    private static final int LOCATOR_64_LENGTH = 20;
    private static final int LONGEST_COMMENT = 0xFFFF;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final long IN_EXTRA = 0xFFFFFFFFL;
    private static final int NAME_SHOWN = 200;

    private final Path file;
    private final FileChannel channel;
    private final long length;
    private final DataInputStream directory;
    private final long base;
    private final long count;
    private long seen;

    private ZipDirectory(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        this.length = channel.size();
        End end = end();
        this.count = end.entries();
        this.base = end.base();
        long from = base + end.offset();
        this.directory =
                new DataInputStream(new BufferedInputStream(new Range(channel, from, from + end.bytes()), 1 << 16));
    }

    /**
     * @throws Failure when it is no zip file, or says of itself what can't be
     */
    static ZipDirectory open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        boolean open = false;
        try {
            ZipDirectory directory = new ZipDirectory(file, channel);
            open = true;
            return directory;
        } finally {
            if (!open) {
                channel.close();
            }
        }
    }

    /**
     * An entry as the directory has it.
     *
     * @param name at most {@value #NAME_SHOWN} characters of it
     * @param folder whether it stands for a folder
     */
    record Entry(
            String name, boolean folder, int flags, int method, int crc, long compressed, long bytes, long offset) {}

    /** @param base where the zip file begins: programs that unpack themselves have code before it */
    private record End(long entries, long bytes, long offset, long base) {
        static End at(long position, long entries, long bytes, long offset) {
            return new End(entries, bytes, offset, position - bytes - offset);
        }
    }

    private End end() throws IOException {
        int tailLength = (int) Math.min(length, END_LENGTH + LONGEST_COMMENT);
        ByteBuffer tail = read(channel, length - tailLength, tailLength);
        for (int at = tailLength - END_LENGTH; at >= 0; at--) {
            if (tail.getInt(at) == END && at + END_LENGTH + unsignedShort(tail, at + 20) == tailLength) {
                long position = length - tailLength + at;
                End end = End.at(
                        position,
                        unsignedShort(tail, at + 10),
                        tail.getInt(at + 12) & IN_EXTRA,
                        tail.getInt(at + 16) & IN_EXTRA);
                boolean large = end.entries() == 0xFFFF || end.bytes() == IN_EXTRA || end.offset() == IN_EXTRA;
                return checked(large ? end64(position, end) : end);
            }
        }
        throw broken("has no end record");
    }

    /** APPNOTE 4.3.14: where the fields of the end record are too narrow. */
    private End end64(long position, End narrow) throws IOException {
        if (position < LOCATOR_64_LENGTH) {
            return narrow;
        }
        ByteBuffer locator = read(channel, position - LOCATOR_64_LENGTH, LOCATOR_64_LENGTH);
        if (locator.getInt(0) != LOCATOR_64) {
            return narrow;
        }
        long at = locator.getLong(8);
        if (at < 0 || at > position - 56) {
            throw broken("names a place for its end record that it does not have");
        }
        ByteBuffer end = read(channel, at, 56);
        if (end.getInt(0) != END_64) {
            throw broken("has no end record where it says");
        }
        return End.at(at, end.getLong(32), end.getLong(40), end.getLong(48));
    }

    private End checked(End end) {
        if (end.entries() < 0 || end.entries() > MOST_ENTRIES) {
            throw new Failure(file + ": a zip file of more than " + MOST_ENTRIES
                    + " entries is not taken: unpack it and import the folder");
        }
        boolean fits = end.bytes() >= 0 && end.bytes() <= length && end.offset() >= 0 && end.offset() <= length;
        if (!fits || end.base() < 0 || end.entries() * 46 > end.bytes()) {
            throw broken("says of its directory what can't be");
        }
        return end;
    }

    Path file() {
        return file;
    }

    /** The next entry; empty at the end. */
    Optional<Entry> next() throws IOException {
        if (seen == count) {
            return Optional.empty();
        }
        seen++;
        try {
            ByteBuffer header = little(directory.readNBytes(46));
            if (header.limit() < 46 || header.getInt(0) != CENTRAL) {
                throw broken("is damaged in its directory at entry " + seen);
            }
            byte[] name = directory.readNBytes(unsignedShort(header, 28));
            ByteBuffer extra = little(directory.readNBytes(unsignedShort(header, 30)));
            directory.skipNBytes(unsignedShort(header, 32));
            long[] wide = {header.getInt(24) & IN_EXTRA, header.getInt(20) & IN_EXTRA, header.getInt(42) & IN_EXTRA};
            widen(wide, extra);
            String text = Failure.oneLine(new String(name, StandardCharsets.UTF_8));
            return Optional.of(new Entry(
                    text.length() > NAME_SHOWN ? text.substring(0, NAME_SHOWN) : text,
                    name.length > 0 && name[name.length - 1] == '/',
                    unsignedShort(header, 8),
                    unsignedShort(header, 10),
                    header.getInt(16),
                    wide[1],
                    wide[0],
                    wide[2]));
        } catch (EOFException e) {
            throw broken("is damaged in its directory at entry " + seen);
        }
    }

    /** APPNOTE 4.5.3: those of length, compressed length and offset that are all ones stand in the extra field 0001. */
    private static void widen(long[] values, ByteBuffer extra) {
        while (extra.remaining() >= 4) {
            int id = extra.getShort() & 0xFFFF;
            int end = extra.position() + 2 + (extra.getShort(extra.position()) & 0xFFFF);
            extra.getShort();
            if (end > extra.limit()) {
                return;
            }
            for (int i = 0; id == 1 && i < values.length; i++) {
                if (values[i] == IN_EXTRA && end - extra.position() >= 8) {
                    values[i] = extra.getLong();
                }
            }
            extra.position(end);
        }
    }

    /** The content of an entry, checked against its length and CRC at its end; the caller closes it. */
    InputStream open(Entry entry) throws IOException {
        if ((entry.flags() & 1) != 0) {
            throw new ZipException("the entry is encrypted: unpack the zip file and import the folder");
        }
        if (entry.method() != STORED && entry.method() != DEFLATED) {
            throw new ZipException("the entry is compressed by method " + entry.method()
                    + ": unpack the zip file and import the folder");
        }
        if (entry.offset() < 0 || entry.offset() > length - base - 30) {
            throw new ZipException("the entry lies outside the zip file");
        }
        FileChannel own = FileChannel.open(file, StandardOpenOption.READ);
        boolean open = false;
        try {
            InputStream content = content(own, entry);
            open = true;
            return content;
        } finally {
            if (!open) {
                own.close();
            }
        }
    }

    private InputStream content(FileChannel own, Entry entry) throws IOException {
        ByteBuffer header = read(own, base + entry.offset(), 30);
        long from = base + entry.offset() + 30 + unsignedShort(header, 26) + unsignedShort(header, 28);
        if (header.getInt(0) != LOCAL || entry.compressed() < 0 || from > length - entry.compressed()) {
            throw new ZipException("the entry is not where the zip file says");
        }
        InputStream stored = new Range(own, from, from + entry.compressed());
        return new Content(entry, entry.method() == STORED ? stored : new Inflated(stored));
    }

    private ByteBuffer read(FileChannel from, long position, int count) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        while (into.hasRemaining()) {
            if (from.read(into, position + into.position()) < 0) {
                throw broken("ended while it was read");
            }
        }
        return into.flip();
    }

    private Failure broken(String how) {
        return new Failure(file + ": not a zip file, or damaged: it " + how);
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int unsignedShort(ByteBuffer bytes, int at) {
        return bytes.getShort(at) & 0xFFFF;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** Some of the file; closing it closes the channel. */
    private static final class Range extends InputStream {
        private final FileChannel channel;
        private final long to;
        private long at;

        Range(FileChannel channel, long from, long to) {
            this.channel = channel;
            this.at = from;
            this.to = to;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int wanted) throws IOException {
            if (wanted == 0 || at >= to) {
                return wanted == 0 ? 0 : -1;
            }
            int count = channel.read(ByteBuffer.wrap(into, offset, (int) Math.min(wanted, to - at)), at);
            at += Math.max(0, count);
            return count;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private static final class Inflated extends InflaterInputStream {
        Inflated(InputStream in) {
            super(in, new Inflater(true), 1 << 14);
        }

        @Override
        public void close() throws IOException {
            inf.end();
            super.close();
        }
    }

    /** Ends with an error where an entry holds more than it may claim, or other than the directory says. */
    private static final class Content extends InputStream {
        private final Entry entry;
        private final InputStream in;
        private final long most;
        private final CRC32 crc = new CRC32();
        private long count;

        Content(Entry entry, InputStream in) {
            this.entry = entry;
            this.in = in;
            this.most = Math.min(ENTRY_BYTES, Math.max(FREE_BYTES, RATIO * entry.compressed()));
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int wanted) throws IOException {
            int read = in.read(into, offset, wanted);
            if (read > 0) {
                count += read;
                crc.update(into, offset, read);
                if (count > most) {
                    throw new ZipException("an entry inflates beyond " + RATIO + ":1 or 4 GiB");
                }
            } else if (read < 0 && (count != entry.bytes() || (int) crc.getValue() != entry.crc())) {
                throw new ZipException("the entry is damaged: its length or CRC is not what the zip file says");
            }
            return read;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
