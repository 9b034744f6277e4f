package org.strongroom.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import org.strongroom.dimse.AeTitle;
import org.strongroom.dimse.Association;
import org.strongroom.dimse.AssociationRejected;
import org.strongroom.dimse.PeerAddress;
import org.strongroom.dimse.Proposal;
import org.strongroom.dimse.Refusal;
import org.strongroom.dimse.Retries;
import org.strongroom.dimse.Status;
import org.strongroom.dimse.Timeouts;
import org.strongroom.dimse.UserInformation.UserIdentity;
import org.strongroom.guard.DeviceRecord;
import org.strongroom.guard.DeviceRecord.Destination;
import org.strongroom.guard.Purpose;
import org.strongroom.guard.TlsContexts;
import picocli.CommandLine.Option;

/**
 * A command that calls an Application Entity: the demo that runs here, a place HOST:PORT with the keys given, or an
 * enrolled device, which is then called by the archive itself.
 */
abstract class PeerCommand extends ArchiveCommand {
    @Option(
            names = "--to",
            paramLabel = "PEER",
            description = "demo, HOST:PORT, or the name of an enrolled device (default: the demo, where DIR is one)")
    private Optional<String> peer = Optional.empty();

    @Option(names = "--aet", paramLabel = "AET", description = "AE title to call")
    private Optional<String> called = Optional.empty();

    @Option(names = "--calling", paramLabel = "AET", description = "AE title to call with")
    private Optional<String> calling = Optional.empty();

    @Option(names = "--key", paramLabel = "PEM", description = "our private key, for HOST:PORT")
    private Optional<String> key = Optional.empty();

    @Option(names = "--cert", paramLabel = "PEM", description = "our certificate, for HOST:PORT")
    private Optional<String> certificate = Optional.empty();

    @Option(
            names = "--ca",
            paramLabel = "PEM",
            description = "authority of the other side's certificate, for HOST:PORT")
    private Optional<String> ca = Optional.empty();

    @Option(
            names = "--clear",
            description = "call HOST:PORT without TLS; what is sent can be read and altered on the way")
    private boolean clear;

    private static final Set<PosixFilePermission> OWNERS = PosixFilePermissions.fromString("rwx------");

    /** What the length field of user identity holds, in bytes. */
    private static final int LONGEST_PASSCODE = 0xFFFF;

    private final Map<String, Long> counts = new TreeMap<>();

    PeerCommand(Invocation invocation) {
        super(invocation);
    }

    /** Whom to call and as whom. */
    record Line(PeerAddress peer, AeTitle called, AeTitle calling, Optional<UserIdentity> identity) {
        Line(PeerAddress peer, AeTitle called, AeTitle calling) {
            this(peer, called, calling, Optional.empty());
        }

        Proposal proposal() {
            Proposal proposal = Proposal.to(called, calling);
            return identity.map(proposal::identity).orElse(proposal);
        }
    }

    /** Does the work over the line; returns the exit status. */
    abstract int run(Line line) throws IOException;

    @Option(
            names = "--retry",
            paramLabel = "N",
            description =
                    "try again up to N times, with pauses, where no connection comes about or the refusal is transient"
                            + " (default: ${DEFAULT-VALUE})")
    private int retries;

    @Option(
            names = "--identity-user",
            paramLabel = "NAME",
            description = "user name for peers that want one (user identity negotiation, PS3.7 D.3.3.7)")
    private Optional<String> identityUser = Optional.empty();

    @Option(
            names = "--identity-passcode-file",
            paramLabel = "FILE",
            description = "its passcode: the first line of a file that only you can read")
    private Optional<String> identityPasscode = Optional.empty();

    private Optional<UserIdentity> identity() throws IOException {
        if (identityUser.isEmpty()) {
            if (identityPasscode.isPresent()) {
                throw Failure.misuse("--identity-passcode-file needs --identity-user");
            }
            return Optional.empty();
        }
        String name = identityUser.get();
        return Optional.of(
                identityPasscode.isEmpty()
                        ? UserIdentity.userName(name, false)
                        : UserIdentity.passcode(name, passcode(invocation.path(identityPasscode.get())), false));
    }

    private static String passcode(Path file) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (!OWNERS.containsAll(permissions)) {
            throw new Failure(file + " can be read by others: chmod 600 " + file);
        }
        if (Files.size(file) > LONGEST_PASSCODE) {
            throw new Failure(file + " is longer than a passcode can be");
        }
        return Files.readString(file).lines().findFirst().orElse("");
    }

    /** Another way to name the peer; for commands that take it as parameter. */
    Optional<String> alsoTo() {
        return Optional.empty();
    }

    /** Whether HOST:PORT may be called over TLS without keys given, to find out that they are needed. */
    boolean mayLackKeys() {
        return false;
    }

    final boolean isClear(Line line) {
        return clear || (line.peer().tls().isEmpty() && !lacksKeys());
    }

    private boolean lacksKeys() {
        return mayLackKeys() && key.isEmpty() && certificate.isEmpty() && ca.isEmpty();
    }

    /** Our certificate's file, where one was given. */
    final Optional<Path> certificateFile() {
        return certificate.map(invocation::path);
    }

    @Override
    public Integer call() throws IOException {
        if (peer.isEmpty()) {
            peer = alsoTo();
        }
        if (invocation.running().isPresent()) {
            return super.call();
        }
        String to = peer.orElseGet(() -> directory().isDemo() ? "demo" : "");
        if (to.equals("demo")) {
            return talk(demo());
        }
        return to.contains(":") ? talk(place(to)) : super.call();
    }

    @Override
    int run(OpenArchive archive) throws IOException {
        return peer.isPresent() ? asArchive(archive, peer.get()) : local(archive);
    }

    /** The purpose and the reason a person must give, where the archive asks in its own name for patients' data. */
    Optional<Why> why() {
        return Optional.empty();
    }

    /** What is asked for, as options; for the audit log. */
    String asked() {
        return "";
    }

    /** How many of what were asked, sent or received until now; for the audit log. */
    final void count(String what, long number) {
        counts.put(what, number);
    }

    /** With the archive's key, so for its administrators only, and written down before anybody is called. */
    private int asArchive(OpenArchive archive, String to) throws IOException {
        DataDirectory directory = archive.directory();
        StringBuilder command = new StringBuilder(commandName() + " --to " + to);
        called.ifPresent(title -> command.append(" --aet ").append(title));
        calling.ifPresent(title -> command.append(" --calling ").append(title));
        command.append(asked());
        Purpose purpose = Purpose.HSYSADMIN;
        if (why().isPresent()) {
            purpose = why().get().purpose(directory);
            command.append(" --reason ").append(why().get().reason(directory));
        }
        return archive.administer(
                invocation.user(),
                purpose,
                Failure.oneLine(command.toString()),
                counts,
                permit -> talk(device(archive, to)));
    }

    /** Without a peer: the archive itself, as the person at the terminal; not every command has something to do there. */
    int local(OpenArchive archive) throws IOException {
        throw Failure.misuse("whom? --to demo, --to HOST:PORT or --to NAME of an enrolled device");
    }

    private int talk(Line called) throws IOException {
        Line line = new Line(called.peer(), called.called(), called.calling(), identity());
        if (isClear(line)) {
            invocation.err().println("NOT ENCRYPTED: " + line.peer().address() + " is called without TLS.");
        }
        try {
            return run(line);
        } catch (AssociationRejected e) {
            throw new Failure(line.called() + " at " + place(line) + " " + e.getMessage() + "; " + e.advice());
        } catch (UncheckedIOException e) {
            throw new Failure(place(line) + ": " + Failure.describe(e));
        } catch (IOException e) {
            throw new Failure(place(line) + ": " + Failure.describe(e)
                    + (e instanceof Refusal refusal ? "; " + refusal.advice() : ""));
        }
    }

    private static String place(Line line) {
        InetSocketAddress address = line.peer().address();
        return address.getHostString() + ":" + address.getPort();
    }

    private Line demo() throws IOException {
        DemoFile demo = DemoFile.read(directory().demoFile());
        SSLContext tls = TlsContexts.client(demo.deviceKey(), demo.deviceCertificate(), demo.ca(), demo.dicomHost());
        return new Line(
                new PeerAddress(new InetSocketAddress(demo.dicomHost(), demo.dicomPort()), tls),
                called.isPresent() ? title("--aet", called.get()) : demo.aet(),
                calling.isPresent() ? title("--calling", calling.get()) : demo.callingAet());
    }

    private Line place(String to) throws IOException {
        HostPort place = HostPort.parse("--to", to);
        InetSocketAddress address = new InetSocketAddress(place.host(), place.port());
        AeTitle other = title("--aet", called.orElse("ANY-SCP"));
        AeTitle own = title("--calling", calling.orElse("STRONGROOM"));
        if (clear) {
            return new Line(new PeerAddress(address, Optional.empty()), other, own);
        }
        if (lacksKeys()) {
            return new Line(new PeerAddress(address, Optional.empty()), other, own);
        }
        if (key.isEmpty() || certificate.isEmpty() || ca.isEmpty()) {
            throw Failure.misuse("calling " + to + " over TLS needs --key, --cert and --ca;"
                    + " --clear calls it without encryption");
        }
        SSLContext tls = TlsContexts.client(
                invocation.path(key.get()),
                invocation.path(certificate.get()),
                invocation.path(ca.get()),
                place.host());
        return new Line(new PeerAddress(address, tls), other, own);
    }

    /** As the archive calls it for C-MOVE: with the archive's certificate, in clear text while its exception lasts. */
    private Line device(OpenArchive archive, String to) throws IOException {
        DeviceRecord device = archive.registry()
                .byName(to)
                .orElseThrow(
                        () -> new Failure("--to " + to + " is neither demo, nor HOST:PORT, nor an enrolled device"));
        Destination destination = device.destination()
                .orElseThrow(() -> new Failure("device " + to + " has no address: enrol it with --address HOST:PORT"));
        boolean inClear =
                destination.clearUntil().filter(Instant.now()::isBefore).isPresent();
        Optional<SSLContext> tls = inClear
                ? Optional.empty()
                : Optional.of(TlsContexts.toDevice(
                        archive.authority().serverCertificates(List.of()),
                        archive.authority(),
                        archive.registry(),
                        device));
        AeTitle own = calling.isPresent()
                ? title("--calling", calling.get())
                : archive.directory().title();
        return new Line(
                new PeerAddress(new InetSocketAddress(destination.host(), destination.port()), tls),
                title("--aet", called.orElse(device.aeTitles().iterator().next())),
                own);
    }

    static AeTitle title(String option, String text) {
        return AeTitle.parse(text)
                .orElseThrow(() -> Failure.misuse(
                        option + " " + text + " is not an AE title: 1 to 16 ASCII characters without backslash"));
    }

    final Association associate(Line line, Proposal proposal) throws IOException {
        Retries often =
                new Retries(Math.clamp(retries, 0, 100) + 1, Retries.DEFAULT.first(), Retries.DEFAULT.longest());
        return often.request(
                line.peer(),
                proposal,
                Timeouts.DEFAULT,
                (failure, pause) -> invocation
                        .err()
                        .println(place(line) + ": " + Failure.describe(failure) + "; again in " + pause.toMillis()
                                + " ms"));
    }

    /** A status as people read it. */
    static String text(Status status) {
        String code = String.format("%04X", status.code());
        return status.isSuccess()
                ? "success"
                : "status " + code
                        + status.comment()
                                .or(() -> meaning(status))
                                .map(c -> ": " + c)
                                .orElse("");
    }

    /** Of the codes that peers send without a comment, PS3.7 annex C and PS3.4 tables C.4-1 to C.4-3. */
    private static Optional<String> meaning(Status status) {
        return Optional.ofNullable(
                switch (status.code()) {
                    case 0x0122 -> "it does not have this service";
                    case 0x0124 -> "it does not allow this";
                    case 0xA700 -> "it is out of resources: try again later";
                    case 0xA701 -> "it can't count what matches";
                    case 0xA702 -> "it could not send the instances";
                    case 0xA900 -> "the identifier does not fit the SOP class";
                    case 0xB000 -> "some were sent and some not";
                    case 0xFE00 -> "cancelled";
                    default -> null;
                });
    }
}
