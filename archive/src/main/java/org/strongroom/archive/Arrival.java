package org.strongroom.archive;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/** An object that has come in whole and is sealed, on its way through the committer; its thread waits for the outcome. */
final class Arrival {
    /** Where the sealed object is. */
    sealed interface Body {
        /** In memory: all chunks are full but the last. */
        record Gathered(List<byte[]> chunks) implements Body {}

        /** In an unfinished single-object pack, written, synced and closed. */
        record Single(Path file) implements Body {}
    }

    /** What the data set says it is. */
    record Identity(DataSet head, Uid sopClass, Uid sopInstance, Uid study, Uid series) {}

    /** What a stored copy was found to be, that the index says is the same. */
    enum Copy {
        /** Whole, and the same bytes. */
        SAME,
        /** Whole, with other bytes. */
        OTHER,
        /** Damaged or missing. */
        DAMAGED,
        /** It was not looked at to the end: the thread was told to stop. */
        UNKNOWN
    }

    /** The committer's answer. */
    sealed interface Verdict {
        record Done(StoreOutcome outcome) implements Verdict {}

        /** The thread that waits has to look at this copy, and come again: the committer has no time for it. */
        record Look(Located copy) implements Verdict {}
    }

    /** By their places, what copies were found to be. */
    private final Map<Place, Copy> copies = new HashMap<>(2);

    private final RecordHeader header;
    private final KeyStore.StudyKey key;
    private final Sealer.Sealed sealed;
    private final Identity identity;
    private final Digest digest;
    private final TransferSyntax syntax;
    private final String source;
    private final Thread waiting = Thread.currentThread();
    private volatile @Nullable Verdict verdict;

    Arrival(
            RecordHeader header,
            KeyStore.StudyKey key,
            Sealer.Sealed sealed,
            Identity identity,
            Digest digest,
            TransferSyntax syntax,
            String source) {
        this.header = header;
        this.key = key;
        this.sealed = sealed;
        this.identity = identity;
        this.digest = digest;
        this.syntax = syntax;
        this.source = source;
    }

    RecordHeader header() {
        return header;
    }

    /** Under which it is sealed; in use until it is answered. */
    KeyStore.StudyKey key() {
        return key;
    }

    Sealer.Sealed sealed() {
        return sealed;
    }

    Identity identity() {
        return identity;
    }

    Digest digest() {
        return digest;
    }

    long bytes() {
        return header.dataSetLength();
    }

    Entry at(Place place) {
        return new Entry(
                identity.head(),
                identity.study(),
                identity.series(),
                identity.sopInstance(),
                identity.sopClass(),
                syntax,
                place,
                bytes(),
                digest,
                header.received(),
                source,
                others());
    }

    private Set<Place> others() {
        return copies.isEmpty()
                ? Set.of()
                : copies.entrySet().stream()
                        .filter(known -> known.getValue() == Copy.OTHER)
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toUnmodifiableSet());
    }

    /** What is known of copies; the waiting thread's between answers, the committer's until then. */
    Map<Place, Copy> copies() {
        return copies;
    }

    /** Called once by the committer for each time the arrival is given to it. */
    void complete(Verdict result) {
        verdict = result;
        LockSupport.unpark(waiting);
    }

    /** Waits, through interrupts too: until then the committer reads the chunks. */
    Verdict await() {
        boolean interrupted = false;
        Verdict result = verdict;
        while (result == null) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
            result = verdict;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        verdict = null;
        return result;
    }
}
