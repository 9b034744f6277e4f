package org.strongroom.guard;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.strongroom.dicom.SpecificCharacterSet;

/**
 * An enrolled device and its policy.
 *
 * @param name unique name, 1 to 64 characters of [A-Za-z0-9._-]
 * @param aeTitles AE titles it may call with, and under which it is a C-MOVE destination
 * @param services what it may ask for
 * @param moveTo names of devices it may move to; it may always move to itself
 * @param fingerprint SHA-256 of its certificate, lower-case hex
 * @param expires when the certificate expires
 * @param destination where it listens itself
 * @param purpose of use for what it asks, since DIMSE has no field for it
 * @param revoked when it was revoked
 * @param assumed the character set of its data sets that declare none
 */
public record DeviceRecord(
        String name,
        Set<String> aeTitles,
        Set<Service> services,
        Set<String> moveTo,
        String fingerprint,
        Instant expires,
        Optional<Destination> destination,
        Purpose purpose,
        Optional<Instant> revoked,
        Optional<SpecificCharacterSet> assumed) {
    public DeviceRecord {
        aeTitles = Set.copyOf(aeTitles);
        services = Set.copyOf(services);
        moveTo = Set.copyOf(moveTo);
    }

    /** One of which nothing is assumed. */
    public DeviceRecord(
            String name,
            Set<String> aeTitles,
            Set<Service> services,
            Set<String> moveTo,
            String fingerprint,
            Instant expires,
            Optional<Destination> destination,
            Purpose purpose,
            Optional<Instant> revoked) {
        this(name, aeTitles, services, moveTo, fingerprint, expires, destination, purpose, revoked, Optional.empty());
    }

    DeviceRecord revokedAt(Instant time) {
        return new DeviceRecord(
                name,
                aeTitles,
                services,
                moveTo,
                fingerprint,
                expires,
                destination,
                purpose,
                Optional.of(time),
                assumed);
    }

    DeviceRecord assuming(Optional<SpecificCharacterSet> set) {
        return new DeviceRecord(
                name, aeTitles, services, moveTo, fingerprint, expires, destination, purpose, revoked, set);
    }

    /** What a device may ask for. */
    public enum Service {
        ECHO,
        STORE,
        FIND,
        MOVE,
        GET
    }

    /**
     * Where a device listens.
     *
     * @param trustPem certificate (PEM) to trust instead of our CA
     * @param clearUntil until when sending to it in clear text is allowed; empty = TLS only
     */
    public record Destination(String host, int port, Optional<String> trustPem, Optional<Instant> clearUntil) {}
}
