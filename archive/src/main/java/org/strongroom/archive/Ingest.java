package org.strongroom.archive;

import static org.strongroom.dicom.Attributes.SOPClassUID;
import static org.strongroom.dicom.Attributes.SOPInstanceUID;
import static org.strongroom.dicom.Attributes.SeriesInstanceUID;
import static org.strongroom.dicom.Attributes.StudyInstanceUID;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.strongroom.archive.Arrival.Identity;
import org.strongroom.archive.StoreOutcome.Cause;
import org.strongroom.dicom.Attribute;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.SpecificCharacterSet;
import org.strongroom.dicom.Uid;

/**
 * Takes in one object after another: reads the body once, from its first bytes learns what it is and so under which key it
 * goes, digests and seals it. Buffers serve all objects; one thread at a time.
 */
final class Ingest {
    private static final int FIRST_TRY = 4096;
    private static final int BEGINNING = HeadMemory.OWN;
    private static final int NOTE_SOURCE = 255;

    private final KeyStore keys;
    private final SecureRandom random;
    private final InstantSource clock;
    private final PackSettings settings;
    private final StoreState state;
    private final Sealer sealer;
    private final MessageDigest digest;
    private final HeadMemory memory;

    private byte[] beginning = new byte[BEGINNING];
    private int begun;
    private boolean ended;
    private Optional<KeyStore.StudyKey> inUse = Optional.empty();

    Ingest(Sealer.Shared shared, KeyStore keys, InstantSource clock) {
        this.keys = keys;
        this.random = shared.random();
        this.clock = clock;
        this.settings = shared.settings();
        this.state = shared.state();
        this.sealer = new Sealer(shared);
        this.memory = new HeadMemory(shared.heads());
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java lacks SHA-256", e);
        }
    }

    /**
     * Reads a body to its end and seals it. {@link #release} follows, however it ends.
     *
     * @throws IOException when the body ends early; nothing of it stays
     * @throws RefusedException when it can't be stored; the body may not be read to its end
     */
    Arrival receive(StoreRequest request) throws IOException, RefusedException {
        try {
            return take(request);
        } catch (RefusedException e) {
            release(); // the rest of the body is still to come, in its own time
            throw e;
        }
    }

    private Arrival take(StoreRequest request) throws IOException, RefusedException {
        digest.reset();
        memory.begin(request.source());
        begun = 0;
        ended = false;
        DataSet.Head head = readHead(request);
        DataSet elements = request.assumed().map(head.elements()::assuming).orElse(head.elements());
        Identity identity = identify(elements, request.sopClass(), request.sopInstance());
        // Only where it counts: a data set that declares its character set has nothing assumed of it.
        Optional<SpecificCharacterSet> assumed = request.assumed().filter(_ -> elements != head.elements());
        byte[] prefix =
                Part10.header(identity.sopClass(), identity.sopInstance(), request.syntax(), aeTitle(request), assumed);
        KeyStore.StudyKey key = keyOf(identity.study());
        inUse = Optional.of(key);
        ObjectId objectId = newObjectId();
        sealer.begin(key.key(), objectId);
        sealer.put(prefix, prefix.length);
        sealer.put(beginning, begun);
        if (!ended) {
            sealer.pump(request.body(), digest);
        }
        long plainLength = sealer.end();
        if (!request.syntax().deflated() && plainLength - prefix.length < head.bulkEnd()) {
            throw unreadable("the data set ends inside its bulk, at offset " + (plainLength - prefix.length) + " of "
                    + head.bulkEnd());
        }
        Digest sum = Digest.of(digest.digest());
        byte[] note = note(sum, request.source());
        RecordHeader header = new RecordHeader(
                PackFormat.SINGLE_RECORD,
                objectId,
                key.id(),
                StreamingCipher.sealedLength(plainLength),
                plainLength,
                prefix.length,
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                note.length + StreamingCipher.TAG);
        return new Arrival(header, key, sealer.finish(header, note), identity, sum, request.syntax(), request.source());
    }

    /** Reads until the elements before the bulk are there, in ever longer pieces of the beginning. */
    private DataSet.Head readHead(StoreRequest request) throws IOException, RefusedException {
        int attempt = FIRST_TRY;
        while (true) {
            fillBeginning(request.body());
            for (int tried = 0; tried < begun || begun == 0; attempt *= 2) {
                tried = Math.min(attempt, begun);
                Optional<DataSet.Head> head = parse(request, tried);
                if (head.isPresent()) {
                    return head.get();
                }
                if (tried == begun) {
                    break;
                }
            }
            if (ended) {
                throw unreadable("the data set ends inside an element");
            }
            memory.receive(beginning.length * 2);
            beginning = Arrays.copyOf(beginning, beginning.length * 2);
        }
    }

    private void fillBeginning(InputStream body) throws IOException {
        while (begun < beginning.length && !ended) {
            int n = body.read(beginning, begun, beginning.length - begun);
            if (n < 0) {
                ended = true;
            } else {
                digest.update(beginning, begun, n);
                begun += n;
            }
        }
    }

    private Optional<DataSet.Head> parse(StoreRequest request, int length) throws RefusedException {
        // Beyond what this ingest keeps for itself, the buffer goes to the head and is not used again.
        byte[] kept = beginning.length > BEGINNING ? beginning : Arrays.copyOf(beginning, length);
        try {
            return DataSet.readHead(
                    kept, length, ended && length == begun, request.syntax(), settings.limits(), memory::inflate);
        } catch (DicomFormatException e) {
            if (memory.refusal().isPresent()) {
                throw memory.refusal().get();
            }
            throw unreadable(String.valueOf(e.getMessage()));
        }
    }

    private static RefusedException unreadable(String what) {
        return new RefusedException(Cause.CANNOT_UNDERSTAND, what, List.of());
    }

    /** What the head says, which must agree with what was asked. */
    static Identity identify(DataSet head, Optional<Uid> sopClass, Optional<Uid> sopInstance) throws RefusedException {
        return new Identity(
                head,
                agreeing(head, SOPClassUID, sopClass),
                agreeing(head, SOPInstanceUID, sopInstance),
                agreeing(head, StudyInstanceUID, Optional.empty()),
                agreeing(head, SeriesInstanceUID, Optional.empty()));
    }

    private static Uid agreeing(DataSet head, Attribute<Uid> attribute, Optional<Uid> asked) throws RefusedException {
        Optional<Uid> found = head.get(attribute);
        if (found.isEmpty()) {
            throw new RefusedException(
                    Cause.DOES_NOT_MATCH, attribute + " is missing or not a UID", List.of(attribute.tag()));
        }
        if (asked.isPresent() && !asked.equals(found)) {
            throw new RefusedException(
                    Cause.DOES_NOT_MATCH, attribute + " is another than was announced", List.of(attribute.tag()));
        }
        return found.get();
    }

    /** The source, where it can stand in (0002,0016): at most 16 characters of the default repertoire, no backslash. */
    private static Optional<String> aeTitle(StoreRequest request) {
        return Optional.of(request.source())
                .filter(source -> source.matches("[ -\\[\\]-~]{1,16}") && !source.isBlank());
    }

    private KeyStore.StudyKey keyOf(Uid study) throws RefusedException {
        try {
            return keys.forStudy(study);
        } catch (KeyStore.LostKeyException e) {
            throw new RefusedException(Cause.OUT_OF_RESOURCES, String.valueOf(e.getMessage()), List.of());
        } catch (IOException e) {
            throw state.refuse("the key store can't be read", e);
        }
    }

    private ObjectId newObjectId() {
        byte[] id = new byte[ObjectId.LENGTH];
        random.nextBytes(id);
        return ObjectId.get(ByteBuffer.wrap(id));
    }

    private static byte[] note(Digest sum, String source) {
        byte[] text = source.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(text.length, NOTE_SOURCE);
        return ByteBuffer.allocate(Digest.LENGTH + length)
                .put(sum.bytes())
                .put(text, 0, length)
                .array();
    }

    /** Gives back memory and the key; follows each object, once it is stored or will never be. */
    void release() {
        sealer.release();
        inUse.ifPresent(keys::release);
        inUse = Optional.empty();
        if (beginning.length > BEGINNING) {
            beginning = new byte[BEGINNING];
        }
        memory.release();
    }
}
