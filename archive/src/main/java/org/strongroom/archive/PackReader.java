package org.strongroom.archive;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.strongroom.archive.Disk.DiskFile;
import org.strongroom.archive.Disk.Mode;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.SpecificCharacterSet;
import org.strongroom.dicom.TransferSyntax;

/**
 * Reads records of packs, for any number of threads. A file is opened for each reading: a channel shared by threads would be
 * closed for all when one is interrupted.
 */
final class PackReader {
    private static final System.Logger LOG = System.getLogger(PackReader.class.getName());
    private static final int IDLE = 8;
    private static final int FIRST_TRY = 8192;

    /** More than what a record has around its data set: headers, note, meta information. */
    private static final int EXTRA = 2048;

    /** After preamble and prefix, PS3.10 section 7.1. */
    private static final int META_AT = 132;

    private final Disk disk;
    private final Path directory;
    private final KeyStore keys;
    private final PackSettings settings;
    private final Pool<Opener> openers = new Pool<>(IDLE, Opener::new);
    private final Pool<BlockWindow> windows = new Pool<>(IDLE, BlockWindow::new);
    private final Semaphore longHeads = new Semaphore(1);

    PackReader(Disk disk, Path directory, KeyStore keys, PackSettings settings) {
        this.disk = disk;
        this.directory = directory;
        this.keys = keys;
        this.settings = settings;
    }

    /** Buffers and cipher for one reading at a time. */
    private static final class Opener {
        private final StreamingCipher cipher = new StreamingCipher();
        private final byte[] sealed = new byte[RecordHeader.LENGTH + StreamingCipher.SEGMENT];
        private final byte[] plain = new byte[StreamingCipher.PLAIN_SEGMENT];
    }

    /** Where a record is, and what its note says. */
    record Note(Digest digest, String source) {}

    /**
     * Writes the data set as received. The record is compared with what the index says of it, and each segment is
     * authenticated, before a byte goes out.
     */
    void writeDataSet(Located located, OutputStream out) throws IOException {
        try (Reading reading = new Reading(located.place(), located.dataSetLength())) {
            reading.write(located, reading.header.prefixLength(), out);
        }
    }

    /** Writes the DICOM file: preamble, meta information, data set; checked likewise. */
    void writeFile(Located located, OutputStream out) throws IOException {
        try (Reading reading = new Reading(located.place(), located.dataSetLength())) {
            reading.write(located, 0, out);
        }
    }

    /**
     * Takes what is needed of the head of the data set, after the record was compared with the row; its digest is not. Of
     * long heads there is one in memory at a time.
     */
    <T> T head(Located located, Function<DataSet, T> use) throws IOException {
        try (Reading reading = new Reading(located.place(), 0)) {
            reading.requireHeader(located);
            return use.apply(reading.head(Optional.of(located)).dataSet());
        }
    }

    /**
     * The digest of the data set there, after the whole record was read and its check sum compared.
     *
     * @throws IOException when it is damaged, missing, or can't be read
     */
    Digest checkedDigest(Located located) throws IOException {
        try (Reading reading = new Reading(located.place(), located.dataSetLength())) {
            reading.checkSum();
            return reading.note().digest();
        }
    }

    /** Checks the whole record, and reads what the index must know of it; for recovery. */
    Checked check(Place place) throws IOException {
        try (Reading reading = new Reading(place, 0)) {
            reading.checkSum();
            if (reading.keyMissing()) {
                keys.miss(reading.header.keyId());
                return new Checked(reading.header, Optional.empty());
            }
            return new Checked(reading.header, Optional.of(entry(place, reading)));
        }
    }

    /**
     * A record whose check sum is right.
     *
     * @param entry empty when its key is not in the key store
     */
    record Checked(RecordHeader header, Optional<Entry> entry) {}

    private record Head(TransferSyntax syntax, DataSet dataSet) {}

    /** The index names another object than stands there: logged, since someone may have altered it, and refused. */
    private static IOException mismatch(Place place, String what) {
        LOG.log(System.Logger.Level.ERROR, "object.mismatch place=\"" + place + "\" differs=\"" + what + '"');
        return new IOException(place + ": the object there differs from the index in its " + what
                + "; the index was altered or is damaged, and nothing is given out. Run doctor");
    }

    private static Entry entry(Place place, Reading reading) throws IOException {
        Note note = reading.note();
        Head head = reading.head(Optional.empty());
        try {
            Arrival.Identity is = Ingest.identify(head.dataSet(), Optional.empty(), Optional.empty());
            return new Entry(
                    is.head(),
                    is.study(),
                    is.series(),
                    is.sopInstance(),
                    is.sopClass(),
                    head.syntax(),
                    place,
                    reading.header.dataSetLength(),
                    note.digest(),
                    reading.header.received(),
                    note.source(),
                    Set.of());
        } catch (RefusedException e) {
            throw new IOException(place + ": " + e.getMessage(), e);
        }
    }

    /** One record being read. */
    private final class Reading implements Closeable {
        private final Place place;
        private final DiskFile file;
        private final Opener with = openers.take();
        private final RecordHeader header;
        private final Optional<KeyStore.StudyKey> key;
        private final long bodyStart;
        private Optional<BlockWindow> window = Optional.empty();
        private boolean longHead;

        /** Of long objects, {@code expectedLength} bytes, blocks are read; of short ones and of parts what is asked for. */
        Reading(Place place, long expectedLength) throws IOException {
            this.place = place;
            boolean whole = expectedLength > StreamingCipher.SEGMENT;
            this.file = disk.open(path(place), whole ? Mode.READ_BLOCKS : Mode.READ);
            if (whole) {
                window = Optional.of(windows.take());
                window.get().begin(place.offset() + StreamingCipher.sealedLength(expectedLength) + EXTRA);
            }
            try {
                int n = fetch(with.sealed, with.sealed.length, place.offset());
                if (n < RecordHeader.LENGTH) {
                    throw new IOException(place + ": the pack ends before it");
                }
                header = RecordHeader.read(with.sealed, 0, place);
                bodyStart = place.offset() + RecordHeader.LENGTH;
                key = keys.find(header.keyId());
                if (key.isPresent()) {
                    with.cipher.resume(key.get().key(), header.objectId().bytes(), with.sealed, RecordHeader.LENGTH);
                }
            } catch (IOException e) {
                close();
                throw e;
            }
        }

        private int fetch(byte[] to, int length, long position) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(to, 0, length);
            return window.isPresent() ? window.get().read(file, buffer, position) : file.read(buffer, position);
        }

        boolean keyMissing() {
            return key.isEmpty();
        }

        void write(Located located, long skip, OutputStream out) throws IOException {
            requireHeader(located);
            if (note().digest().prefix() != located.digestPrefix()) {
                throw mismatch(place, "digest");
            }
            long toSkip = skip;
            int segments = Math.toIntExact(StreamingCipher.segments(header.plainLength()));
            for (int i = 0; i < segments; i++) {
                int n = segment(i, i == segments - 1);
                if (i == 0) {
                    requireMeta(located);
                }
                int from = (int) Math.min(toSkip, n);
                toSkip -= from;
                out.write(with.plain, from, n - from);
            }
        }

        /** A study is known by its key: under another the object would not open. */
        private void requireHeader(Located located) throws IOException {
            if (!header.keyId().equals(keys.idOf(located.study()))) {
                throw mismatch(place, "study");
            }
            if (header.dataSetLength() != located.dataSetLength()) {
                throw mismatch(place, "length");
            }
        }

        /** By the meta information of the file, which we wrote; {@code plain} holds the first segment. */
        private void requireMeta(Located located) throws IOException {
            DataSet meta = meta();
            if (!meta.get(Attributes.MediaStorageSOPInstanceUID).equals(Optional.of(located.sopInstance()))) {
                throw mismatch(place, "SOP Instance UID");
            }
            if (!meta.get(Attributes.MediaStorageSOPClassUID).equals(Optional.of(located.sopClass()))) {
                throw mismatch(place, "SOP Class UID");
            }
            if (!syntax(meta).equals(located.syntax())) {
                throw mismatch(place, "transfer syntax");
            }
        }

        /** Reads and opens a segment into {@code plain}; returns its length. The first is read already. */
        private int segment(int number, boolean last) throws IOException {
            if (key.isEmpty()) {
                throw new IOException(place + ": the key store has no key " + header.keyId());
            }
            long start = (long) number * StreamingCipher.SEGMENT;
            int length = (int) Math.min(StreamingCipher.SEGMENT, header.bodyLength() - start);
            int from = RecordHeader.LENGTH;
            if (number > 0) {
                from = 0;
                read(bodyStart + start, length);
            }
            int ciphertext = number == 0 ? from + StreamingCipher.HEADER : from;
            try {
                return with.cipher.open(number, last, with.sealed, ciphertext, from + length - ciphertext, with.plain);
            } catch (IOException e) {
                throw new IOException(place + ": " + e.getMessage(), e);
            }
        }

        private void read(long position, int length) throws IOException {
            if (fetch(with.sealed, length, position) != length) {
                throw new IOException(place + ": the pack ends inside it");
            }
        }

        Head head(Optional<Located> expected) throws IOException {
            int segments = Math.toIntExact(StreamingCipher.segments(header.plainLength()));
            byte[] bytes = new byte[0];
            int count = 0;
            int next = FIRST_TRY;
            Optional<TransferSyntax> syntax = Optional.empty();
            Optional<SpecificCharacterSet> assumed = Optional.empty();
            for (int i = 0; i < segments; i++) {
                boolean last = i == segments - 1;
                int n = segment(i, last);
                int from = i == 0 ? header.prefixLength() : 0;
                if (i == 0) {
                    DataSet meta = meta();
                    syntax = Optional.of(syntax(meta));
                    assumed = Part10.assumedCharacterSet(meta);
                    if (expected.isPresent()) {
                        requireMeta(expected.get());
                    }
                }
                bytes = withRoom(bytes, count, n - from);
                System.arraycopy(with.plain, from, bytes, count, n - from);
                count += n - from;
                while (next <= count || last) {
                    int tried = Math.min(next, count);
                    boolean whole = last && tried == count;
                    Optional<DataSet> head = head(syntax.orElseThrow(), bytes, tried, whole);
                    if (head.isPresent()) {
                        DataSet elements = head.get();
                        return new Head(
                                syntax.orElseThrow(),
                                assumed.map(elements::assuming).orElse(elements));
                    }
                    if (whole) {
                        break;
                    }
                    next *= 2;
                }
            }
            throw new IOException(place + ": the data set ends inside an element");
        }

        /** Each try reads from the start, so there is one for each doubling; a long head waits until no other is there. */
        private byte[] withRoom(byte[] bytes, int count, int more) throws InterruptedIOException {
            if (count + more <= bytes.length) {
                return bytes;
            }
            if (count + more > HeadMemory.MEDIUM && !longHead) {
                try {
                    longHeads.acquire();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException(place + ": interrupted while waiting to read its long head");
                }
                longHead = true;
            }
            return Arrays.copyOf(bytes, Math.max(count + more, 2 * count));
        }

        private Optional<DataSet> head(TransferSyntax syntax, byte[] bytes, int length, boolean whole)
                throws IOException {
            try {
                return DataSet.readHead(bytes, length, whole, syntax, settings.limits())
                        .map(DataSet.Head::elements);
            } catch (DicomFormatException e) {
                throw new IOException(place + ": " + e.getMessage(), e);
            }
        }

        /** The meta information of the file, which we wrote; {@code plain} holds the first segment. */
        private DataSet meta() throws IOException {
            try {
                byte[] meta = Arrays.copyOfRange(with.plain, META_AT, header.prefixLength());
                return DataSet.read(meta, TransferSyntax.ExplicitVRLittleEndian, settings.limits());
            } catch (DicomFormatException | IllegalArgumentException e) {
                throw new IOException(place + ": its meta information can't be read: " + e.getMessage(), e);
            }
        }

        private TransferSyntax syntax(DataSet meta) throws IOException {
            return meta.get(Attributes.TransferSyntaxUID)
                    .map(TransferSyntax::of)
                    .orElseThrow(() -> new IOException(place + ": no transfer syntax in its meta information"));
        }

        Note note() throws IOException {
            if (key.isEmpty()) {
                throw new IOException(place + ": the key store has no key " + header.keyId());
            }
            byte[] sealed = new byte[header.noteLength()];
            if (fetch(sealed, sealed.length, bodyStart + header.bodyLength()) != sealed.length) {
                throw new IOException(place + ": the pack ends inside it");
            }
            ByteBuffer note = ByteBuffer.wrap(with.cipher.openNote(sealed, header.context()));
            byte[] digest = new byte[Digest.LENGTH];
            note.get(digest);
            return new Note(
                    Digest.of(digest), StandardCharsets.UTF_8.decode(note).toString());
        }

        /** Compares the check sum of all that follows the header; leaves the first segment in {@code sealed}. */
        void checkSum() throws IOException {
            CRC32C crc = new CRC32C();
            long left = header.recordLength() - RecordHeader.LENGTH - Integer.BYTES;
            long at = bodyStart;
            byte[] buffer = with.plain;
            while (left > 0) {
                int n = (int) Math.min(left, buffer.length);
                if (fetch(buffer, n, at) != n) {
                    throw new IOException(place + ": the pack ends inside it");
                }
                crc.update(buffer, 0, n);
                at += n;
                left -= n;
            }
            byte[] sum = new byte[Integer.BYTES];
            boolean all = fetch(sum, sum.length, at) == sum.length;
            if (!all || ByteBuffer.wrap(sum).getInt() != (int) crc.getValue()) {
                throw new IOException(place + ": its check sum is wrong");
            }
        }

        @Override
        public void close() throws IOException {
            if (longHead) {
                longHeads.release();
            }
            openers.give(with);
            window.ifPresent(windows::give);
            file.close();
        }
    }

    private Path path(Place place) {
        return directory.resolve(
                place.offset() == PackFormat.SINGLE_RECORD
                        ? PackFormat.singleName(place.pack())
                        : PackFormat.sharedName(place.pack()));
    }
}
