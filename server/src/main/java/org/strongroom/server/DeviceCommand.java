package org.strongroom.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.strongroom.dicom.SpecificCharacterSet;
import org.strongroom.guard.Action;
import org.strongroom.guard.CertificateAuthority;
import org.strongroom.guard.DeviceRecord;
import org.strongroom.guard.DeviceRecord.Destination;
import org.strongroom.guard.DeviceRecord.Service;
import org.strongroom.guard.EnrolmentException;
import org.strongroom.guard.IssuedCertificate;
import org.strongroom.guard.Pem;
import org.strongroom.guard.Permit;
import org.strongroom.guard.Purpose;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Enrols, changes, lists and revokes devices. */
@Command(
        name = "device",
        description = "Enrol, change, list and revoke devices.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class DeviceCommand {
    private static int administer(
            OpenArchive archive, Invocation invocation, String command, OpenArchive.Administration work)
            throws IOException {
        return archive.administer(invocation.user(), Purpose.HSYSADMIN, Failure.oneLine(command), Map.of(), work);
    }

    /** device add. */
    @Command(
            name = "add",
            description = "Enrol a device: issues its certificate, writes NAME.key, NAME.pem and ca.pem.",
            sortOptions = false)
    static final class Add extends ArchiveCommand {
        @Parameters(paramLabel = "NAME", description = "1 to 64 letters, digits, points, _ and -")
        private String name = "";

        @Option(
                names = "--aet",
                paramLabel = "AET",
                required = true,
                description = "AE title it calls with; repeatable")
        private List<String> aeTitles = List.of();

        @Option(names = "--address", paramLabel = "HOST:PORT", description = "where it listens itself, for C-MOVE")
        private Optional<String> address = Optional.empty();

        @Option(names = "--trust", paramLabel = "PEM", description = "certificate it shows there, if not one of ours")
        private Optional<String> trust = Optional.empty();

        @Option(
                names = "--services",
                paramLabel = "NAME",
                split = ",",
                description = "what it may ask for, of echo, store, find, get, move (default: echo,store)")
        private List<String> services = List.of("echo", "store");

        @Option(
                names = "--move-to",
                paramLabel = "NAME",
                split = ",",
                description = "other devices it may send to with C-MOVE")
        private List<String> moveTo = List.of();

        @Option(
                names = "--clear-until",
                paramLabel = "DATE",
                description = "last day (YYYY-MM-DD) we may send to it without TLS; shown as a finding")
        private Optional<String> clearUntil = Optional.empty();

        @Option(
                names = "--charset",
                paramLabel = "TERMS",
                description = "character set of its objects and queries that declare none, as (0008,0005) would have"
                        + " it: \"ISO_IR 100\", \"\\ISO 2022 IR 87\"")
        private Optional<String> charset = Optional.empty();

        @Option(names = "--ec", description = "an elliptic curve key; RSA-2048 suits DCMTK on TLS 1.2")
        private boolean ec;

        @Option(names = "--out", paramLabel = "DIR", description = "where the files go (default: here)")
        private String out = ".";

        Add(Invocation invocation) {
            super(invocation);
        }

        @Override
        int run(OpenArchive archive) throws IOException {
            Optional<Destination> destination = destination();
            Optional<SpecificCharacterSet> assumed = AssumedCharacterSet.of(charset);
            if (titles().contains(archive.directory().title().value())) {
                throw Failure.misuse("--aet " + archive.directory().title() + " is this archive's own AE title");
            }
            Path folder = invocation.path(out);
            for (String file : List.of(name + ".key", name + ".pem")) {
                if (Files.exists(folder.resolve(file))) {
                    throw new Failure(folder.resolve(file) + " is there already: name another folder with --out");
                }
            }
            // Before anything is enrolled: a device whose key could not be written is of no use.
            Files.createDirectories(folder);
            if (!Files.isWritable(folder)) {
                throw new Failure("nothing can be written to " + folder + ": name another folder with --out");
            }
            return administer(
                    archive,
                    invocation,
                    "device add " + name,
                    permit -> enrol(archive, permit, destination, assumed, folder));
        }

        private int enrol(
                OpenArchive archive,
                Permit<Action.Administer> permit,
                Optional<Destination> destination,
                Optional<SpecificCharacterSet> assumed,
                Path folder)
                throws IOException, EnrolmentException {
            IssuedCertificate issued = archive.authority()
                    .issueDevice(
                            name,
                            destination.map(Destination::host).stream().toList(),
                            ec ? CertificateAuthority.KeyType.EC : CertificateAuthority.KeyType.RSA,
                            CertificateAuthority.DEFAULT_VALIDITY);
            DeviceRecord device = new DeviceRecord(
                    name,
                    titles(),
                    services(),
                    new TreeSet<>(moveTo),
                    issued.fingerprint(),
                    issued.expires(),
                    destination,
                    Purpose.TREAT,
                    Optional.empty(),
                    assumed);
            archive.registry().add(permit, device);
            issued.writeTo(folder, name);
            invocation
                    .out()
                    .println("Enrolled " + name + " (" + String.join(", ", device.aeTitles()) + "), may "
                            + names(device.services()) + "; its certificate expires " + day(device.expires()) + ".");
            invocation
                    .out()
                    .println("Wrote " + folder.resolve(name + ".key") + ", " + name + ".pem and ca.pem: the key is"
                            + " kept nowhere else; move it to the device and delete it here.");
            device.destination()
                    .flatMap(Destination::clearUntil)
                    .ifPresent(until -> invocation
                            .out()
                            .println("FINDING: until the end of " + lastDay(until)
                                    + " images may go to it in clear text."));
            return CommandLines.DONE;
        }

        private Set<String> titles() {
            Set<String> titles = new LinkedHashSet<>();
            aeTitles.forEach(title -> titles.add(title.strip()));
            return titles;
        }

        private Set<Service> services() {
            Set<Service> set = new TreeSet<>();
            for (String text : services) {
                set.add(Arrays.stream(Service.values())
                        .filter(one -> one.name().equals(text.strip().toUpperCase(Locale.ROOT)))
                        .findFirst()
                        .orElseThrow(() -> Failure.misuse(
                                "--services " + text + " is none of " + names(Set.of(Service.values())))));
            }
            return set;
        }

        private Optional<Destination> destination() throws IOException {
            if (address.isEmpty()) {
                if (trust.isPresent() || clearUntil.isPresent()) {
                    throw Failure.misuse(
                            "--trust and --clear-until say how we send to it: --address HOST:PORT is missing");
                }
                return Optional.empty();
            }
            HostPort place = HostPort.parse("--address", address.get());
            Optional<String> pem = trust.isPresent() ? Optional.of(pinned(trust.get())) : Optional.empty();
            return Optional.of(new Destination(place.host(), place.port(), pem, clearUntil.map(Add::endOf)));
        }

        /** The certificates of a file, and nothing else that stands in it. */
        private String pinned(String file) throws IOException {
            try {
                Path path = invocation.path(file);
                if (Files.exists(path) && !Files.isRegularFile(path)) {
                    throw new Failure("--trust " + file + " is not a file");
                }
                return Pem.certificates(path).stream().map(Pem::of).collect(Collectors.joining());
            } catch (IOException e) {
                throw new Failure("--trust " + Failure.describe(e));
            }
        }

        private static Instant endOf(String date) {
            try {
                return LocalDate.parse(date)
                        .plusDays(1)
                        .atStartOfDay(ZoneId.systemDefault())
                        .toInstant();
            } catch (DateTimeException e) {
                throw Failure.misuse("--clear-until " + date + " is not a date such as 2027-01-31");
            }
        }
    }

    /** device set. */
    @Command(
            name = "set",
            description = {
                "Change what is assumed of a device's objects and queries that declare no character set.",
                "For associations from now on; objects that are stored keep what was assumed for them."
            },
            sortOptions = false)
    static final class Change extends ArchiveCommand {
        @Parameters(paramLabel = "NAME", description = "as device list shows it")
        private String name = "";

        @ArgGroup(multiplicity = "1")
        private Assumption assumption = new Assumption();

        private static final class Assumption {
            @Option(
                    names = "--charset",
                    paramLabel = "TERMS",
                    description = "as (0008,0005) would have it: \"ISO_IR 100\", \"\\ISO 2022 IR 87\"")
            private Optional<String> charset = Optional.empty();

            @Option(names = "--no-charset", description = "assume nothing any more")
            private boolean none;
        }

        Change(Invocation invocation) {
            super(invocation);
        }

        @Override
        int run(OpenArchive archive) throws IOException {
            Optional<SpecificCharacterSet> assumed = AssumedCharacterSet.of(assumption.charset);
            return administer(archive, invocation, "device set " + name, permit -> {
                archive.registry().assume(permit, name, assumed);
                invocation
                        .out()
                        .println(
                                assumption.none
                                        ? "Nothing is assumed of " + name + " any more."
                                        : "What " + name + " sends without a character set is taken as "
                                                + assumption.charset.orElse("") + ".");
                return CommandLines.DONE;
            });
        }
    }

    /** device list. */
    @Command(name = "list", description = "List the devices, revoked ones too.")
    static final class ListAll extends ArchiveCommand {
        @Option(names = "--json", description = "print JSON")
        private boolean json;

        ListAll(Invocation invocation) {
            super(invocation);
        }

        @Override
        int run(OpenArchive archive) throws IOException {
            return administer(archive, invocation, "device list", permit -> list(archive));
        }

        private int list(OpenArchive archive) {
            List<DeviceRecord> devices = archive.registry().devices();
            if (json) {
                invocation
                        .out()
                        .println(Json.text(devices.stream().map(ListAll::fields).toList()));
                return CommandLines.DONE;
            }
            Table table = new Table("NAME", "AE TITLES", "MAY", "SENT TO AT", "MOVES TO", "CHARSET", "CERTIFICATE");
            for (DeviceRecord device : devices) {
                table.add(
                        device.name(),
                        String.join(",", device.aeTitles()),
                        names(device.services()),
                        device.destination().map(ListAll::place).orElse("-"),
                        device.moveTo().isEmpty() ? "-" : String.join(",", device.moveTo()),
                        device.assumed()
                                .map(set -> String.join("\\", set.terms()))
                                .orElse("-"),
                        device.revoked().map(at -> "revoked " + day(at)).orElse("until " + day(device.expires())));
            }
            table.print(invocation.out());
            return CommandLines.DONE;
        }

        private static String place(Destination destination) {
            return destination.host() + ":" + destination.port()
                    + destination
                            .clearUntil()
                            .map(until -> " CLEAR until " + lastDay(until))
                            .orElse("");
        }

        private static Map<String, Object> fields(DeviceRecord device) {
            Map<String, Object> fields = new TreeMap<>();
            fields.put("name", device.name());
            fields.put("aeTitles", List.copyOf(device.aeTitles()));
            fields.put(
                    "services",
                    device.services().stream()
                            .map(DeviceCommand::lower)
                            .sorted()
                            .toList());
            fields.put("moveTo", List.copyOf(device.moveTo()));
            fields.put("fingerprint", device.fingerprint());
            fields.put("expires", device.expires().toString());
            fields.put("purpose", device.purpose().name());
            device.assumed().ifPresent(set -> fields.put("characterSet", set.terms()));
            device.revoked().ifPresent(at -> fields.put("revoked", at.toString()));
            device.destination().ifPresent(to -> {
                fields.put("host", to.host());
                fields.put("port", to.port());
                to.clearUntil().ifPresent(until -> fields.put("clearUntil", until.toString()));
            });
            return fields;
        }
    }

    /** device revoke. */
    @Command(
            name = "revoke",
            description = "Revoke a device: its certificate is refused from now on, its associations end.")
    static final class Revoke extends ArchiveCommand {
        @Parameters(paramLabel = "NAME", description = "as device list shows it")
        private String name = "";

        Revoke(Invocation invocation) {
            super(invocation);
        }

        @Override
        int run(OpenArchive archive) throws IOException {
            return administer(archive, invocation, "device revoke " + name, permit -> {
                archive.registry().revoke(permit, name);
                invocation.out().println("Revoked " + name + ".");
                return CommandLines.DONE;
            });
        }
    }

    /** Of a clear exception, whose end is the beginning of the next day. */
    static String lastDay(Instant end) {
        return day(end.minusMillis(1));
    }

    static String day(Instant instant) {
        return instant.atZone(ZoneId.systemDefault()).toLocalDate().toString();
    }

    private static String lower(Service service) {
        return service.name().toLowerCase(Locale.ROOT);
    }

    private static String names(Set<Service> services) {
        return services.stream().sorted().map(DeviceCommand::lower).collect(Collectors.joining(","));
    }
}
