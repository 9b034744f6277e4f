package org.strongroom.guard;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.strongroom.dicom.SpecificCharacterSet;

/**
 * The enrolled devices and the local administrators. Read from memory, without a lock; a change needs a permit, is in the
 * audit log first, then in the store, then here.
 *
 * <p>A revoked device stays in the registry, so that its certificate is known as revoked; its name and AE titles are free
 * again.
 */
public final class DeviceRegistry {
    private static final System.Logger LOG = System.getLogger(DeviceRegistry.class.getName());
    private static final String ADMINISTRATOR = "administrator";

    private final AuthenticatedRows rows;
    private final AuditLog audit;
    private final InstantSource clock;
    private final List<Consumer<DeviceRecord>> revocationListeners = new CopyOnWriteArrayList<>();
    private final ReentrantLock changing = new ReentrantLock();
    private volatile View view;

    /** What readers see, replaced as a whole. {@code byName} and {@code byAeTitle} hold devices that are not revoked. */
    private record View(
            Map<String, DeviceRecord> byFingerprint,
            Map<String, DeviceRecord> byName,
            Map<String, DeviceRecord> byAeTitle,
            Set<String> administrators) {
        static View of(Map<String, DeviceRecord> devices, Set<String> administrators) {
            Map<String, DeviceRecord> byName = new HashMap<>();
            Map<String, DeviceRecord> byAeTitle = new HashMap<>();
            for (DeviceRecord device : devices.values()) {
                if (device.revoked().isEmpty()) {
                    byName.put(device.name(), device);
                    device.aeTitles().forEach(t -> byAeTitle.put(t, device));
                }
            }
            return new View(devices, byName, byAeTitle, administrators);
        }
    }

    private DeviceRegistry(AuthenticatedRows rows, AuditLog audit, InstantSource clock) throws IOException {
        this.rows = rows;
        this.audit = audit;
        this.clock = clock;
        Map<String, DeviceRecord> devices = new LinkedHashMap<>();
        for (GuardStore.Row row : rows.ofKind(DeviceRow.KIND)) {
            DeviceRecord device = DeviceRow.decode(row.body());
            devices.put(device.fingerprint(), device);
        }
        Set<String> administrators = new TreeSet<>();
        rows.ofKind(ADMINISTRATOR).forEach(r -> administrators.add(r.name()));
        this.view = View.of(devices, administrators);
    }

    /**
     * Reads the registry. Rows that are not as they were written are left out; {@link #problems} tells.
     *
     * @throws IOException when the store can't be read
     */
    public static DeviceRegistry open(GuardStore store, KeyRing keys, AuditLog audit, InstantSource clock)
            throws IOException {
        DeviceRegistry registry = new DeviceRegistry(AuthenticatedRows.open(store, keys), audit, clock);
        registry.problems().forEach(p -> LOG.log(Level.ERROR, "registry.damaged what=\"" + p + '"'));
        return registry;
    }

    /** What is wrong with the database, one line each, for an operator; empty when all is well. */
    public List<String> problems() {
        return rows.problems();
    }

    /** All devices, revoked ones too, in the order of enrolment. */
    public List<DeviceRecord> devices() {
        return List.copyOf(view.byFingerprint.values());
    }

    public Optional<DeviceRecord> byFingerprint(String fingerprint) {
        return Optional.ofNullable(view.byFingerprint.get(fingerprint));
    }

    /** The device of this name that is not revoked. */
    public Optional<DeviceRecord> byName(String name) {
        return Optional.ofNullable(view.byName.get(name));
    }

    /** The device that has this AE title and is not revoked: the destination of a C-MOVE. */
    public Optional<DeviceRecord> byAeTitle(String aeTitle) {
        return Optional.ofNullable(view.byAeTitle.get(aeTitle.strip()));
    }

    /** Names of operating system users that are administrators. */
    public Set<String> administrators() {
        return view.administrators;
    }

    /** Why the certificate with this fingerprint is not admitted; empty when it is. */
    Optional<Refusal> refusal(String fingerprint) {
        DeviceRecord device = view.byFingerprint.get(fingerprint);
        if (device == null) {
            return Optional.of(Refusal.UNKNOWN_CERTIFICATE);
        }
        if (device.revoked().isPresent()) {
            return Optional.of(Refusal.REVOKED);
        }
        return clock.instant().isBefore(device.expires()) ? Optional.empty() : Optional.of(Refusal.EXPIRED);
    }

    /**
     * {@code listener} is called in the thread that revokes, when readers see the revocation: it ends associations. It must
     * neither throw nor wait.
     */
    public void onRevoked(Consumer<DeviceRecord> listener) {
        revocationListeners.add(listener);
    }

    /**
     * Enrols a device.
     *
     * @throws EnrolmentException when a name or AE title is taken or not well-formed
     * @throws IOException when the audit log or the store can't be written; the device is not enrolled then
     */
    public void add(Permit<Action.Administer> permit, DeviceRecord device) throws IOException, EnrolmentException {
        changing.lock();
        try {
            checkPermit(permit);
            View now = view;
            DeviceRules.check(device, clock.instant());
            if (now.byName.containsKey(device.name())) {
                throw new EnrolmentException("a device named " + device.name() + " is enrolled already;"
                        + " choose another name, or first: device revoke " + device.name());
            }
            if (now.byFingerprint.containsKey(device.fingerprint())) {
                throw new EnrolmentException("this certificate is enrolled already; issue a new one");
            }
            for (String title : device.aeTitles()) {
                DeviceRecord other = now.byAeTitle.get(title);
                if (other != null) {
                    throw new EnrolmentException("AE title " + title + " belongs to device " + other.name()
                            + "; choose another, or revoke that device");
                }
            }
            for (String name : device.moveTo()) {
                if (!now.byName.containsKey(name) && !name.equals(device.name())) {
                    throw new EnrolmentException("--move-to " + name + ": no such device; add that one first");
                }
            }
            enrol(permit.audit(), device);
        } finally {
            changing.unlock();
        }
    }

    /**
     * Revokes a device at once: new handshakes, associations and decisions are refused when this returns.
     *
     * @throws EnrolmentException when there is no such device
     * @throws IOException when the audit log can't be written, then nothing happened; or when the store can't be, then the
     *     device is revoked until the next start only
     */
    public DeviceRecord revoke(Permit<Action.Administer> permit, String name) throws IOException, EnrolmentException {
        DeviceRecord revoked;
        changing.lock();
        try {
            checkPermit(permit);
            DeviceRecord device = enrolled(name);
            revoked = device.revokedAt(clock.instant());
            String body = DeviceRow.encode(revoked);
            audit.append(
                    new AuditRecord.Administered(Optional.of(permit.audit()), "device revoke", "device:" + name, body));
            show(revoked);
            rows.put(DeviceRow.KIND, revoked.fingerprint(), body);
        } finally {
            changing.unlock();
        }
        return revoked;
    }

    /**
     * Changes the character set assumed for what a device sends without one. Associations that are open keep the one before;
     * objects that are stored keep what was assumed for them.
     *
     * @param set empty: nothing is assumed any more
     * @throws EnrolmentException when there is no such device, or the standard has no such set
     * @throws IOException when the audit log or the store can't be written; nothing is changed then
     */
    public DeviceRecord assume(Permit<Action.Administer> permit, String name, Optional<SpecificCharacterSet> set)
            throws IOException, EnrolmentException {
        changing.lock();
        try {
            checkPermit(permit);
            DeviceRecord changed = enrolled(name).assuming(set);
            if (set.isPresent()) {
                DeviceRules.checkCharacterSet(set.get());
            }
            String body = DeviceRow.encode(changed);
            audit.append(
                    new AuditRecord.Administered(Optional.of(permit.audit()), "device set", "device:" + name, body));
            rows.put(DeviceRow.KIND, changed.fingerprint(), body);
            show(changed);
            return changed;
        } finally {
            changing.unlock();
        }
    }

    private DeviceRecord enrolled(String name) throws EnrolmentException {
        return byName(name)
                .orElseThrow(() -> new EnrolmentException(
                        devices().stream().anyMatch(known -> known.name().equals(name))
                                ? name + " is revoked already"
                                : "no device named " + name + " is enrolled; device list"));
    }

    /** Lets readers see the device as it is now; tells of a revocation. */
    private void show(DeviceRecord device) {
        Map<String, DeviceRecord> devices = new LinkedHashMap<>(view.byFingerprint);
        devices.put(device.fingerprint(), device);
        view = View.of(devices, view.administrators);
        if (device.revoked().isPresent()) {
            revocationListeners.forEach(l -> l.accept(device));
        }
    }

    /**
     * Makes the user who ran {@code init} administrator; possible only while there is none and never was.
     *
     * @throws EnrolmentException when there is one
     */
    public void addFirstAdministrator(String user) throws IOException, EnrolmentException {
        changing.lock();
        try {
            if (!view.administrators.isEmpty() || !problems().isEmpty()) {
                throw new EnrolmentException("this archive has an administrator already; ask " + view.administrators);
            }
            writeAdministrator(Optional.empty(), user);
        } finally {
            changing.unlock();
        }
    }

    /** Makes a further user of this machine administrator. */
    public void addAdministrator(Permit<Action.Administer> permit, String user) throws IOException, EnrolmentException {
        changing.lock();
        try {
            checkPermit(permit);
            if (view.administrators.contains(user)) {
                throw new EnrolmentException(user + " is an administrator already");
            }
            writeAdministrator(Optional.of(permit.audit()), user);
        } finally {
            changing.unlock();
        }
    }

    private void checkPermit(Permit<Action.Administer> permit) throws EnrolmentException {
        if (!clock.instant().isBefore(permit.until())) {
            throw new EnrolmentException("the permission for this change has ended; ask again");
        }
    }

    private void enrol(AuditId permit, DeviceRecord device) throws IOException {
        String body = DeviceRow.encode(device);
        audit.append(new AuditRecord.Administered(Optional.of(permit), "device add", "device:" + device.name(), body));
        rows.put(DeviceRow.KIND, device.fingerprint(), body);
        show(device);
    }

    private void writeAdministrator(Optional<AuditId> permit, String user) throws IOException, EnrolmentException {
        DeviceRules.checkUser(user);
        String body =
                AuthenticatedRows.text(new Fields().put("since", clock.instant().toString()));
        audit.append(new AuditRecord.Administered(permit, "administrator add", "os:" + user, body));
        rows.put(ADMINISTRATOR, user, body);
        Set<String> administrators = new TreeSet<>(view.administrators);
        administrators.add(user);
        view = new View(view.byFingerprint, view.byName, view.byAeTitle, administrators);
    }
}
