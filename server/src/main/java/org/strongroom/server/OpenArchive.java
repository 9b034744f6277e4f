package org.strongroom.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.strongroom.archive.Archive;
import org.strongroom.archive.Health;
import org.strongroom.archive.Index;
import org.strongroom.archive.KeyDerivation;
import org.strongroom.archive.MissingPack;
import org.strongroom.archive.PackArchive;
import org.strongroom.archive.PackSettings;
import org.strongroom.archive.sqlite.SqliteIndex;
import org.strongroom.guard.Action;
import org.strongroom.guard.AuditLog;
import org.strongroom.guard.CertificateAuthority;
import org.strongroom.guard.Decision;
import org.strongroom.guard.DeviceRegistry;
import org.strongroom.guard.EnrolmentException;
import org.strongroom.guard.Guard;
import org.strongroom.guard.Identity;
import org.strongroom.guard.KeyRing;
import org.strongroom.guard.Outcome;
import org.strongroom.guard.Permit;
import org.strongroom.guard.Purpose;
import org.strongroom.guard.sqlite.SqliteGuardStore;

/**
 * An archive this process has open: the one place where its parts are joined. Its lock, keys, audit log, registry, guard,
 * packs and index are opened in this order and closed in the reverse one.
 */
final class OpenArchive implements AutoCloseable {
    private static final InstantSource CLOCK = InstantSource.system();

    private final DataDirectory directory;
    private final Deque<Part> parts = new ArrayDeque<>();
    private final CertificateAuthority authority;
    private final DeviceRegistry registry;
    private final Guard guard;
    private final PackArchive archive;

    private interface Part {
        void close() throws IOException;
    }

    private OpenArchive(DataDirectory directory) throws IOException {
        this.directory = directory;
        boolean open = false;
        try {
            parts.push(directory.lock()::close);
            KeyRing keys = KeyRing.open(directory.keys());
            keys.requireOwn(directory.binding());
            authority = CertificateAuthority.open(keys, CLOCK);
            AuditLog audit = AuditLog.open(directory.audit(), keys, CLOCK);
            parts.push(audit::close);
            NativeLibrary.unpackTo(directory.run());
            SqliteGuardStore store = SqliteGuardStore.open(directory.data().resolve("guard.sqlite"));
            parts.push(store::close);
            NativeLibrary.clear(directory.run());
            registry = DeviceRegistry.open(store, keys, audit, CLOCK);
            guard = new Guard(registry, audit, CLOCK);
            parts.push(guard::close);
            archive = archive(directory, keys);
            parts.push(archive::close);
            open = true;
        } finally {
            if (!open) {
                close();
            }
        }
    }

    private static PackArchive archive(DataDirectory directory, KeyRing keys) throws IOException {
        KeyDerivation subkeys = label -> keys.derive(label).getEncoded();
        Index index = SqliteIndex.open(directory.data().resolve("index.sqlite"), subkeys);
        Path keyStore = directory.keys().resolve("studies");
        return PackArchive.open(
                directory.data().resolve("packs"), keyStore, subkeys, index, CLOCK, PackSettings.DEFAULT);
    }

    /** Takes DIR/lock and opens everything; what a crash left is put right first. */
    static OpenArchive open(DataDirectory directory) throws IOException {
        directory.requirePrivateKeys();
        return new OpenArchive(directory);
    }

    /** One that is being made, which nobody else can open yet. */
    static OpenArchive unfinished(DataDirectory directory) throws IOException {
        return new OpenArchive(directory);
    }

    DataDirectory directory() {
        return directory;
    }

    CertificateAuthority authority() {
        return authority;
    }

    DeviceRegistry registry() {
        return registry;
    }

    Guard guard() {
        return guard;
    }

    Archive archive() {
        return archive;
    }

    InstantSource clock() {
        return CLOCK;
    }

    /** What an operator must look at now, one line each. */
    List<String> problems() {
        List<String> problems = new ArrayList<>(guard.problems());
        archive.health().reason().ifPresent(problems::add);
        if (archive.health().damagedRecords() > 0) {
            problems.add(archive.health().damagedRecords() + " records of the packs are damaged");
        }
        if (archive.health().lostKeys() > 0) {
            problems.add("the keys of " + archive.health().lostKeys()
                    + " studies are damaged or missing: bring the key store back from a backup");
        }
        for (MissingPack pack : archive.health().missing()) {
            problems.add("images are missing: " + pack);
        }
        return problems;
    }

    /** The packs that are missing now; see {@link PackArchive#missing()}. */
    List<MissingPack> missingPacks() throws IOException {
        return archive.missing();
    }

    /** Of an archive that can't be opened. */
    static List<MissingPack> missingPacks(DataDirectory directory) throws IOException {
        KeyRing keys = KeyRing.open(directory.keys());
        return PackArchive.missing(
                directory.data().resolve("packs"),
                directory.keys().resolve("studies"),
                label -> keys.derive(label).getEncoded());
    }

    Health health() {
        return archive.health();
    }

    long keysWithoutStudy() throws IOException {
        return archive.keysWithoutStudy();
    }

    Index.Conflicts conflicts() throws IOException {
        return archive.conflicts();
    }

    /** Asks guard on behalf of a person of this machine; a refusal is a {@link Failure} that says what to do. */
    <A extends Action> Permit<A> permit(String user, Purpose purpose, A action) {
        return switch (guard.decide(new Identity.Local(user), purpose, action)) {
            case Decision.Granted<A>(Permit<A> permit) -> permit;
            case Decision.Denied<A>(Decision.Reason reason) -> throw new Failure(refusal(user, reason));
        };
    }

    /** Work under a permit; returns the exit status of its command. */
    interface Administration {
        int under(Permit<Action.Administer> permit) throws IOException, EnrolmentException;
    }

    /**
     * What an administrator does here: decided first, settled in any case, and as a success only with status 0.
     *
     * @param command as the audit log tells it
     * @param counts what came of it, read when the work has ended
     */
    int administer(String user, Purpose purpose, String command, Map<String, Long> counts, Administration work)
            throws IOException {
        Permit<Action.Administer> permit = permit(user, purpose, new Action.Administer(command));
        int status = CommandLines.FAILED;
        try {
            status = work.under(permit);
            return status;
        } catch (EnrolmentException e) {
            throw new Failure(String.valueOf(e.getMessage()));
        } finally {
            guard.settle(permit, new Outcome(status == CommandLines.DONE, counts));
        }
    }

    /** Looks at the archive and at no patient's data; returns the exit status of its command. */
    interface Check {
        int run() throws IOException;
    }

    /**
     * The same for what must work on a broken archive too: where nobody can be given a permit now, as no administrator is
     * left or nothing can be written down, it goes on without one.
     *
     * @param broken hears why there was none
     */
    int check(String user, String command, Consumer<String> broken, Check work) throws IOException {
        Action.Administer action = new Action.Administer(command);
        switch (guard.decide(new Identity.Local(user), Purpose.HSYSADMIN, action)) {
            case Decision.Granted<Action.Administer>(Permit<Action.Administer> permit) -> {
                int status = CommandLines.FAILED;
                try {
                    status = work.run();
                    return status;
                } finally {
                    guard.settle(permit, new Outcome(status == CommandLines.DONE, Map.of()));
                }
            }
            case Decision.Denied<Action.Administer>(Decision.Reason reason) -> {
                boolean isBroken = reason == Decision.Reason.AUDIT_UNAVAILABLE
                        || registry.administrators().isEmpty();
                if (!isBroken) {
                    throw new Failure(refusal(user, reason));
                }
                broken.accept(refusal(user, reason));
                return work.run();
            }
        }
    }

    private String refusal(String user, Decision.Reason reason) {
        if (reason == Decision.Reason.NOT_ENROLLED && registry.administrators().isEmpty()) {
            return registry.problems().stream()
                    .findFirst()
                    .map(problem -> directory.data().resolve("guard.sqlite") + ": " + problem)
                    .orElse("this archive has no administrator: restore guard.sqlite from a backup");
        }
        return reason == Decision.Reason.NOT_ENROLLED
                ? "the user " + user + " is not an administrator of this archive; these are: "
                        + String.join(", ", registry.administrators())
                : "refused: " + reason.text();
    }

    @Override
    public void close() throws IOException {
        IOException first = null;
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (IOException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
