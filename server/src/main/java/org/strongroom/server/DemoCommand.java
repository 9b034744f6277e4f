package org.strongroom.server;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.strongroom.archive.Level;
import org.strongroom.archive.Match;
import org.strongroom.archive.Matches;
import org.strongroom.archive.Query;
import org.strongroom.archive.StoreOutcome;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dimse.AeTitle;
import org.strongroom.guard.Action;
import org.strongroom.guard.CertificateAuthority;
import org.strongroom.guard.DeviceRecord;
import org.strongroom.guard.DeviceRecord.Destination;
import org.strongroom.guard.DeviceRecord.Service;
import org.strongroom.guard.EnrolmentException;
import org.strongroom.guard.IssuedCertificate;
import org.strongroom.guard.Outcome;
import org.strongroom.guard.Permit;
import org.strongroom.guard.PrivateFiles;
import org.strongroom.guard.Purpose;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A whole archive on loopback with a device and three synthetic studies, to look at and to test against. */
@Command(
        name = "demo",
        description = "Start an archive on loopback with a demo device and three synthetic studies.",
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    static final String DEVICE = "DEMO";
    /** Where DEMO listens for what it asks to be sent: the storescp of the tour. */
    static final int RECEIVER_PORT = 11113;

    private static final AeTitle TITLE = new AeTitle("STRONGROOM");

    private final Invocation invocation;

    @Option(names = "--data", paramLabel = "DIR", description = "where it keeps its archive (default: ./data)")
    private String data = "data";

    @Option(
            names = "--dicom-port",
            paramLabel = "N",
            description = "DICOM over TLS (default: 2762; 0 takes a free one)")
    private int dicomPort = 2762;

    @Option(names = "--https-port", paramLabel = "N", description = "accepted; the portal is not built yet")
    private Optional<Integer> httpsPort = Optional.empty();

    @Option(names = "--empty", description = "load no studies")
    private boolean empty;

    DemoCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException, EnrolmentException {
        if (dicomPort < 0 || dicomPort > 65535) {
            throw Failure.misuse("--dicom-port " + dicomPort + " is not a port from 0 to 65535");
        }
        httpsPort.ifPresent(port -> invocation
                .err()
                .println("--https-port " + port + ": the portal is not built yet, nothing listens there."));
        Path root = invocation.path(data);
        DataDirectory directory = new DataDirectory(root, root.resolve("keys"));
        prepare(directory);
        OpenArchive archive = OpenArchive.open(directory);
        Server server;
        try {
            Files.deleteIfExists(directory.demoFile());
            enrol(archive);
            if (!empty) {
                load(archive);
            }
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), dicomPort);
            server = Server.start(archive, TITLE, address);
        } catch (IOException | RuntimeException e) {
            archive.close();
            throw e;
        }
        DemoFile file = file(directory, server.dicomPort());
        DemoNotice notice = new DemoNotice(directory.demoFile());
        Stop.onSignal(() -> {
            notice.remove();
            server.close();
        });
        notice.post(file);
        invocation.out().println(server.readyLine());
        print(invocation.out(), directory, file);
        Stop.await();
        return CommandLines.DONE;
    }

    private void prepare(DataDirectory directory) throws IOException, EnrolmentException {
        if (!directory.isInitialised() || Unfinished.in(directory.root())) {
            try (Unfinished unfinished = Unfinished.begin(directory)) {
                InitCommand.create(directory, invocation.user());
                PrivateFiles.createDirectories(directory.demo());
                unfinished.finish();
            }
        } else if (!directory.isDemo()) {
            throw new Failure(
                    directory.root() + " holds an archive that is no demo: name another folder with --data DIR");
        }
    }

    private static DemoFile file(DataDirectory directory, int port) {
        Path demo = directory.demo();
        return new DemoFile(
                TITLE,
                new AeTitle(DEVICE),
                "127.0.0.1",
                port,
                demo.resolve(DEVICE + ".key"),
                demo.resolve(DEVICE + ".pem"),
                demo.resolve("ca.pem"));
    }

    private void enrol(OpenArchive archive) throws IOException {
        if (archive.registry().byName(DEVICE).isPresent()) {
            return;
        }
        archive.administer(
                invocation.user(),
                Purpose.HSYSADMIN,
                "device add " + DEVICE,
                Map.of(),
                permit -> enrol(archive, permit));
    }

    private static int enrol(OpenArchive archive, Permit<Action.Administer> permit)
            throws IOException, EnrolmentException {
        IssuedCertificate issued = archive.authority()
                .issueDevice(
                        DEVICE,
                        List.of("127.0.0.1", "localhost"),
                        CertificateAuthority.KeyType.RSA,
                        CertificateAuthority.DEFAULT_VALIDITY);
        Path demo = archive.directory().demo();
        for (String name : List.of(DEVICE + ".key", DEVICE + ".pem")) {
            Files.deleteIfExists(demo.resolve(name));
        }
        issued.writeTo(demo, DEVICE);
        archive.registry()
                .add(
                        permit,
                        new DeviceRecord(
                                DEVICE,
                                Set.of(DEVICE),
                                EnumSet.allOf(Service.class),
                                Set.of(),
                                issued.fingerprint(),
                                issued.expires(),
                                Optional.of(new Destination(
                                        "127.0.0.1", RECEIVER_PORT, Optional.empty(), Optional.empty())),
                                Purpose.TREAT,
                                Optional.empty()));
        return CommandLines.DONE;
    }

    private void load(OpenArchive archive) throws IOException {
        if (loaded(archive) == DemoStudies.INSTANCES) {
            return;
        }
        Permit<Action.Store> permit =
                archive.permit(invocation.user(), Purpose.HOPERAT, new Action.Store("demo studies"));
        AtomicLong done = new AtomicLong();
        invocation
                .err()
                .println("Making and storing three synthetic studies, " + DemoStudies.INSTANCES + " instances.");
        try (Progress progress = new Progress(invocation, "storing", DemoStudies.INSTANCES)) {
            DemoStudies.make(instance -> {
                store(archive, permit, instance);
                progress.at(done.incrementAndGet());
            });
        } finally {
            archive.guard()
                    .settle(permit, new Outcome(done.get() == DemoStudies.INSTANCES, Map.of("instances", done.get())));
        }
    }

    private static void store(OpenArchive archive, Permit<Action.Store> permit, DemoStudies.Instance instance)
            throws IOException {
        StoreOutcome outcome = archive.archive().store(permit, instance.request(DEVICE));
        if (outcome instanceof StoreOutcome.Refused refused) {
            throw new Failure("the demo's studies cannot be stored: " + refused.message());
        }
    }

    /** How many instances of the demo's studies are there from an earlier start. */
    private long loaded(OpenArchive archive) throws IOException {
        Match wanted = new Match.UidList(Attributes.StudyInstanceUID.tag(), DemoStudies.studies());
        Query query = new Query(Level.STUDY, List.of(wanted), Set.of(Attributes.NumberOfStudyRelatedInstances.tag()));
        Permit<Action.Query> permit =
                archive.permit(invocation.user(), Purpose.TREAT, query.action(Optional.of("demonstration")));
        long instances = 0;
        long studies = 0;
        boolean answered = false;
        try (Matches matches = archive.archive().find(permit, query, invocation.cancelled())) {
            for (Optional<DataSet> match = matches.next(); match.isPresent(); match = matches.next()) {
                instances += match.get()
                        .get(Attributes.NumberOfStudyRelatedInstances)
                        .orElse(0);
                studies++;
            }
            answered = true;
            return instances;
        } finally {
            archive.guard().settle(permit, new Outcome(answered, Map.of("matches", studies)));
        }
    }

    private static void print(PrintStream out, DataDirectory directory, DemoFile file) {
        String program = quoted(System.getProperty("strongroom.program", "./strongroom"));
        String dir = quoted(directory.root().toString());
        String tls = "+tls " + quoted(file.deviceKey().toString()) + " "
                + quoted(file.deviceCertificate().toString()) + " +cf "
                + quoted(file.ca().toString());
        String place = "-aet DEMO -aec STRONGROOM 127.0.0.1 " + file.dicomPort();
        String study = DemoStudies.studies().getFirst().value();
        out.println();
        out.println("The demo runs until Ctrl-C. Copy and paste, in another terminal:");
        out.println();
        out.println("  " + program + " echo  --data " + dir);
        out.println("  " + program + " find  --data " + dir + " -k 'PatientName=DEMO*'");
        out.println("  " + program + " find  --data " + dir + " -l series -k StudyInstanceUID=" + study);
        out.println("  " + program + " get   --data " + dir + " -k StudyInstanceUID=" + study + " --out ct");
        out.println("  " + program + " store --data " + dir + " FILE-OR-FOLDER");
        out.println("  " + program + " doctor --data " + dir);
        out.println("  " + program + " audit verify --data " + dir);
        out.println();
        out.println("With DCMTK (apt-get install dcmtk):");
        out.println();
        out.println("  echoscu  " + tls + " " + place);
        out.println("  findscu  " + tls
                + " -S -k QueryRetrieveLevel=STUDY -k PatientName -k StudyDate -k StudyInstanceUID " + place);
        out.println("  storescu " + tls + " +sd +r " + place + " FOLDER");
        out.println("To be sent something, start a receiver, then ask:");
        out.println("  storescp " + tls + " -aet DEMO -od . " + RECEIVER_PORT);
        out.println("  " + program + " move  --data " + dir + " -k StudyInstanceUID=" + study + " --to-aet DEMO");
        out.println();
        out.println("And what a stranger gets: nothing.");
        out.println("  echoscu -aec STRONGROOM 127.0.0.1 " + file.dicomPort());
        out.println();
        out.println("Programs find all this in " + directory.demoFile() + ".");
        out.flush();
    }

    private static String quoted(String text) {
        return text.matches("[A-Za-z0-9_./:@%+=-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
