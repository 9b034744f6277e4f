package org.strongroom.guard;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.strongroom.dicom.SpecificCharacterSet;

/** A device as a registry row. */
final class DeviceRow {
    static final String KIND = "device";

    private DeviceRow() {}

    static String encode(DeviceRecord device) {
        Fields fields = new Fields()
                .put("name", device.name())
                .put("aeTitles", new TreeSet<>(device.aeTitles()).stream().toList())
                .put(
                        "services",
                        device.services().stream().sorted().map(Enum::name).toList())
                .put("moveTo", new TreeSet<>(device.moveTo()).stream().toList())
                .put("fingerprint", device.fingerprint())
                .put("expires", device.expires().toString())
                .put("purpose", device.purpose().name())
                .put("revoked", device.revoked().map(Instant::toString));
        device.assumed().ifPresent(set -> fields.put("characterSet", set.terms()));
        device.destination()
                .ifPresent(d -> fields.put(
                        "destination",
                        new Fields()
                                .put("host", d.host())
                                .put("port", d.port())
                                .put("trustPem", d.trustPem())
                                .put("clearUntil", d.clearUntil().map(Instant::toString))));
        return AuthenticatedRows.text(fields);
    }

    static DeviceRecord decode(String body) throws IOException {
        try {
            Fields fields = AuthenticatedRows.fields(body);
            Set<DeviceRecord.Service> services = EnumSet.noneOf(DeviceRecord.Service.class);
            fields.texts("services").forEach(s -> services.add(DeviceRecord.Service.valueOf(s)));
            return new DeviceRecord(
                    fields.text("name"),
                    Set.copyOf(fields.texts("aeTitles")),
                    services,
                    Set.copyOf(fields.texts("moveTo")),
                    fields.text("fingerprint"),
                    Instant.parse(fields.text("expires")),
                    fields.has("destination")
                            ? Optional.of(destination(fields.fields("destination")))
                            : Optional.empty(),
                    Purpose.valueOf(fields.text("purpose")),
                    fields.optional("revoked").map(Instant::parse),
                    fields.has("characterSet")
                            ? Optional.of(SpecificCharacterSet.of(fields.texts("characterSet")))
                            : Optional.empty());
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IOException("a device row holds a value this version lacks", e);
        }
    }

    private static DeviceRecord.Destination destination(Fields fields) throws IOException {
        return new DeviceRecord.Destination(
                fields.text("host"),
                Math.toIntExact(fields.number("port")),
                fields.optional("trustPem"),
                fields.optional("clearUntil").map(Instant::parse));
    }
}
