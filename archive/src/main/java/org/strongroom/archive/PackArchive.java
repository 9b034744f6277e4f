package org.strongroom.archive;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.strongroom.archive.Retrieval.StoredInstance;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.guard.Action;
import org.strongroom.guard.Permit;
import org.strongroom.guard.PrivateFiles;

/**
 * The archive over pack files on one machine: DESIGN.md section 3. Objects are sealed as they come in, gathered, and
 * committed together; the index says where they are.
 */
public final class PackArchive implements Archive {
    private static final System.Logger LOG = System.getLogger(PackArchive.class.getName());
    private static final int SEGMENT_BUFFER = 1 << 20;
    private static final int SINGLE_BUFFER = 256 << 10;
    private static final int IDLE_INGESTS = 64;
    private static final int IDLE_BUFFERS = 8;

    private final FileChannel lockFile;
    private final KeyStore keys;
    private final Index index;
    private final PackReader reader;
    private final Committer committer;
    private final Sealer.Shared shared;
    private final StoreState state;
    private final InstantSource clock;
    private final Pool<Ingest> ingests;
    private final Recovery.Found found;
    private final Path keyFolder;
    private final KeyDerivation masterKeys;
    private final int lostKeys;

    private PackArchive(
            FileChannel lockFile,
            KeyStore keys,
            Index index,
            PackReader reader,
            Recovery.Found found,
            PackWriter writer,
            Sealer.Shared shared,
            InstantSource clock,
            Path keyFolder,
            KeyDerivation masterKeys,
            int lostKeys) {
        this.lockFile = lockFile;
        this.keys = keys;
        this.index = index;
        this.reader = reader;
        this.found = found;
        this.keyFolder = keyFolder;
        this.masterKeys = masterKeys;
        this.lostKeys = lostKeys;
        this.shared = shared;
        this.state = shared.state();
        this.clock = clock;
        this.committer = new Committer(index, writer, reader, keys, state);
        this.ingests = new Pool<>(IDLE_INGESTS, () -> new Ingest(shared, keys, clock));
    }

    /**
     * Opens the archive, and brings index and packs together first.
     *
     * @param packs folder of the pack files, made when it is not there
     * @param keyFolder folder of the key store, made when there is neither it nor a pack
     * @param keys subkeys of the master key
     * @param index closed with the archive
     * @throws IOException when another process has it open, keys or packs are missing or belong to another master key, or the
     *     disk fails; the message says which file
     */
    public static PackArchive open(
            Path packs, Path keyFolder, KeyDerivation keys, Index index, InstantSource clock, PackSettings settings)
            throws IOException {
        return open(new FileDisk(), packs, keyFolder, keys, index, clock, settings);
    }

    static PackArchive open(
            Disk disk,
            Path packs,
            Path keyFolder,
            KeyDerivation keys,
            Index index,
            InstantSource clock,
            PackSettings settings)
            throws IOException {
        boolean empty = disk.list(packs).stream()
                .noneMatch(name -> PackFormat.number(name).isPresent());
        FileChannel lock = lock(packs);
        Optional<KeyStore> store = Optional.empty();
        Optional<PackList> list = Optional.empty();
        try {
            SecureRandom random = new SecureRandom();
            KeyStore keyStore = KeyStore.open(disk, keyFolder, keys, random, empty);
            store = Optional.of(keyStore);
            PackReader reader = new PackReader(disk, packs, keyStore, settings);
            PackList packList = PackList.open(disk, keyFolder, keys);
            list = Optional.of(packList);
            Recovery.Found found = new Recovery(disk, packs, index, reader, packList).run();
            int lostKeys = keyStore.compare(index);
            PackWriter writer = new PackWriter(disk, packs, settings, new Blocks(SEGMENT_BUFFER), packList, found);
            Sealer.Shared shared = new Sealer.Shared(
                    disk,
                    packs,
                    new Chunks(settings.budgetBytes() / StreamingCipher.SEGMENT),
                    HeadMemory.Shares.of(settings),
                    new Pool<>(IDLE_BUFFERS, () -> new Blocks(SINGLE_BUFFER)),
                    random,
                    settings,
                    new StoreState());
            return new PackArchive(
                    lock, keyStore, index, reader, found, writer, shared, clock, keyFolder, keys, lostKeys);
        } catch (IOException | RuntimeException e) {
            if (list.isPresent()) {
                list.get().close();
            }
            if (store.isPresent()) {
                store.get().close();
            }
            lock.close();
            throw e;
        }
    }

    private static FileChannel lock(Path packs) throws IOException {
        PrivateFiles.createDirectories(packs);
        FileChannel channel =
                PrivateFiles.open(packs.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // This process has it: the same answer.
        }
        channel.close();
        throw new IOException("the packs in " + packs + " are open in another process; stop it first");
    }

    @Override
    public StoreOutcome store(Permit<Action.Store> permit, StoreRequest request) throws IOException {
        check(permit);
        if (state.failure().isPresent()) {
            return refuse(
                    request,
                    new StoreOutcome.Refused(
                            StoreOutcome.Cause.OUT_OF_RESOURCES, state.failure().get(), List.of()));
        }
        Ingest ingest = ingests.take();
        try {
            return committer.commit(ingest.receive(request));
        } catch (RefusedException e) {
            return refuse(request, e.refused());
        } finally {
            ingest.release();
            ingests.give(ingest);
        }
    }

    /** Reads what is left of the body, so that the next request can be read. */
    private static StoreOutcome refuse(StoreRequest request, StoreOutcome.Refused refused) throws IOException {
        request.body().transferTo(OutputStream.nullOutputStream());
        return refused;
    }

    @Override
    public Matches find(Permit<Action.Query> permit, Query query, BooleanSupplier cancelled) throws IOException {
        check(permit);
        if (!query.action(permit.action().reason()).equals(permit.action())) {
            throw new IllegalArgumentException("the permit is for another question: " + permit.action());
        }
        return index.find(query, reader::head, cancelled);
    }

    @Override
    public Retrieval retrieve(Permit<Action.Retrieve> permit) throws IOException {
        check(permit);
        Index.Locations locations = index.locate(permit.action());
        return new Retrieval() {
            @Override
            public long count() {
                return locations.count();
            }

            @Override
            public List<StoredInstance> next() throws IOException {
                return locations.next().stream()
                        .<StoredInstance>map(located -> new Instance(located, reader))
                        .toList();
            }
        };
    }

    private <A extends Action> void check(Permit<A> permit) {
        Instant now = clock.instant();
        if (now.isAfter(permit.until())) {
            throw new IllegalStateException(permit + " ended at " + permit.until() + ": guard must be asked again");
        }
    }

    /** Whether objects are stored, and what start-up found. */
    public Health health() {
        return new Health(
                state.failure().or(this::full), found.damaged(), found.withoutKey(), lostKeys, found.missing());
    }

    /**
     * The packs that are missing or shorter than they were, now; reads all rows of the index.
     *
     * @throws IOException when the list of packs is damaged, or the index or the disk fails
     */
    public List<MissingPack> missing() throws IOException {
        Collection<PackList.Pack> listed = PackList.read(shared.disk(), keyFolder, masterKeys);
        List<Index.PackUse> used = index.packs();
        return new Inventory(shared.disk(), shared.directory()).missing(listed, used);
    }

    /**
     * The same where the archive can't be opened; it must not be open.
     *
     * @param packs folder of the pack files
     * @param keyFolder folder of the key store and the list of packs
     */
    public static List<MissingPack> missing(Path packs, Path keyFolder, KeyDerivation keys) throws IOException {
        Disk disk = new FileDisk();
        return new Inventory(disk, packs).missing(PackList.read(disk, keyFolder, keys), List.of());
    }

    /**
     * How many studies have a key and are not in the index. A power cut or a full disk leaves one now and then; many are
     * studies that were lost with their packs.
     */
    public long keysWithoutStudy() throws IOException {
        long known = keys.size(); // first, since studies come meanwhile
        return Math.max(0, known - index.studies());
    }

    /** Objects and studies that did not agree with what was stored before. */
    public Index.Conflicts conflicts() throws IOException {
        return index.conflicts();
    }

    private Optional<String> full() {
        try {
            boolean room = shared.disk().usableBytes(shared.directory())
                    >= shared.settings().reserveBytes();
            return room ? Optional.empty() : Optional.of(StoreState.FULL);
        } catch (IOException e) {
            return Optional.of("the volume of the packs can't be asked for its free space");
        }
    }

    /** Finishes what is being stored, then closes packs, index and key store. */
    @Override
    public void close() throws IOException {
        try (lockFile;
                keys;
                index;
                committer) {
            LOG.log(System.Logger.Level.DEBUG, "archive.closing");
        }
    }

    private record Instance(Located located, PackReader reader) implements StoredInstance {
        @Override
        public Uid sopClass() {
            return located.sopClass();
        }

        @Override
        public Uid sopInstance() {
            return located.sopInstance();
        }

        @Override
        public TransferSyntax syntax() {
            return located.syntax();
        }

        @Override
        public long length() {
            return located.dataSetLength();
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            reader.writeDataSet(located, out);
        }

        @Override
        public void writeFileTo(OutputStream out) throws IOException {
            reader.writeFile(located, out);
        }
    }
}
