package org.strongroom.archive;

import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Uid;
import org.strongroom.guard.Action;

/**
 * What is stored and where: the port between the packs and a database. The packs are the truth; an index may lose its
 * tail in a power cut, and is fed again from {@link #indexedTo} before anything is served.
 *
 * <p>{@link #versions} and {@link #record} are called by one thread at a time (recovery, then the committer);
 * {@link #find} and {@link #locate} by any number of threads. Rows may stay in an open transaction for up to 100 ms or
 * 1,000 rows; {@link #find} and {@link #locate} make them visible first, so that whatever {@link #record} returned for is
 * found. Any {@link IOException} here is taken as a failed disk: storing stops, reading goes on.
 */
public interface Index extends AutoCloseable {
    /**
     * The stored versions of an instance, the visible one first; empty when there is none. Sees rows of the open
     * transaction without committing it. Called once for each object before it is written, so it must be cheap.
     */
    List<Located> versions(Uid study, Uid series, Uid sopInstance) throws IOException;

    /**
     * Adds entries in order, and remembers {@code indexedTo} in the same transaction. Returns one outcome for each entry,
     * in order; an entry may be a version of one before it in the same list.
     */
    List<Recorded> record(List<Entry> entries, Position indexedTo) throws IOException;

    /** Up to where the packs are recorded; {@link Position#START} when nothing is. */
    Position indexedTo() throws IOException;

    /**
     * The answers.
     *
     * @param heads reads an instance where the index does not hold what IMAGE level asks for
     * @param cancelled whether nobody waits for answers any more: then {@link Matches#next} ends, within about 100 ms
     */
    Matches find(Query query, HeadReader heads, BooleanSupplier cancelled) throws IOException;

    /** The visible versions of the instances the keys name, those of a series together. */
    Locations locate(Action.Retrieve keys) throws IOException;

    /** Which packs the rows name, in order of their numbers. Reads every row: for checks, not for each start. */
    List<PackUse> packs() throws IOException;

    /** How many studies there are. */
    long studies() throws IOException;

    /** Names all studies, in no order; for checks, not for each start. */
    void studies(StudyUse use) throws IOException;

    /** What a person has to look at; for checks, not for each start. */
    Conflicts conflicts() throws IOException;

    /** Commits the open transaction and makes it durable as far as the database promises. */
    void flush() throws IOException;

    @Override
    void close() throws IOException;

    /** Where instances are, a page at a time. Used by one thread at a time. */
    interface Locations {
        /** Most of a page; some 300 bytes each. */
        int PAGE = 4096;

        /** How many there were when they were looked for. */
        long count();

        /** At most {@link #PAGE}; empty when there are no more. */
        List<Located> next() throws IOException;
    }

    /**
     * What came and did not agree with what was there.
     *
     * @param versions how many times an instance came again with other bytes
     * @param patients how many times a study came under another Patient ID, each once
     */
    record Conflicts(long versions, long patients) {}

    /** Takes one study after another. */
    interface StudyUse {
        void take(Uid study) throws IOException;
    }

    /** Reads the part of a stored data set before its bulk. */
    interface HeadReader {
        /**
         * Takes what is needed of the head of the data set there, which is not kept: it may be many megabytes long. Fails
         * when the key is missing, the bytes do not authenticate, or the object is another than the row says, too.
         */
        <T> T read(Located located, Function<DataSet, T> use) throws IOException;
    }

    /**
     * What the rows say of one pack.
     *
     * @param first offset of the first record, in bytes
     * @param last offset of the last one
     * @param instances how many rows, further versions not among them
     */
    record PackUse(int pack, long first, long last, long instances) {}

    /** What became of an entry. */
    enum Recorded {
        /**
         * The first of its UID, or the same digest at another place: visible. The same is stored again only when the copy
         * before is damaged; its row is kept as a further version.
         */
        STORED,
        /** Another version with other bytes is visible: kept as a further version, and listed as a conflict. */
        CONFLICT,
        /** An entry with the same place is recorded already (replay): nothing changed. */
        PRESENT
    }
}
