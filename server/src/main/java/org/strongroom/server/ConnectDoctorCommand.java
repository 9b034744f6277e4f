package org.strongroom.server;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.Uids;
import org.strongroom.dimse.ConnectDoctor;
import org.strongroom.dimse.ConnectDoctor.Finding;
import org.strongroom.dimse.ConnectDoctor.Verdict;
import org.strongroom.dimse.Proposal;
import org.strongroom.dimse.Timeouts;
import org.strongroom.guard.Pem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says which side of a connection refuses, and why. */
@Command(
        name = "doctor",
        description = "Find out step by step whether a peer can be reached, which side refuses, why, and what to do.")
final class ConnectDoctorCommand extends PeerCommand {
    private static final List<TransferSyntax> NATIVE =
            List.of(TransferSyntax.ExplicitVRLittleEndian, TransferSyntax.ImplicitVRLittleEndian);

    private static final Uid CT = new Uid("1.2.840.10008.5.1.4.1.1.2");

    private static final List<Uid> SERVICES = List.of(
            Uids.StudyRootQueryRetrieveInformationModelFind,
            Uids.StudyRootQueryRetrieveInformationModelMove,
            Uids.StudyRootQueryRetrieveInformationModelGet,
            Uids.PatientRootQueryRetrieveInformationModelFind,
            CT,
            new Uid("1.2.840.10008.5.1.4.1.1.4"),
            new Uid("1.2.840.10008.5.1.4.1.1.7"));

    /** Compressed ones, each in a context of its own so that each is answered by itself. */
    private static final List<Uid> COMPRESSED = List.of(
            new Uid("1.2.840.10008.1.2.4.70"),
            new Uid("1.2.840.10008.1.2.4.50"),
            new Uid("1.2.840.10008.1.2.4.90"),
            new Uid("1.2.840.10008.1.2.5"));

    @Parameters(paramLabel = "PEER", arity = "0..1", description = "the same as --to")
    private Optional<String> place = Optional.empty();

    @Option(names = "--json", description = "print what is found as JSON")
    private boolean json;

    @Option(names = "--seconds", paramLabel = "N", description = "patience with each step (default: ${DEFAULT-VALUE})")
    private int seconds = 5;

    ConnectDoctorCommand(Invocation invocation) {
        super(invocation);
    }

    @Override
    Optional<String> alsoTo() {
        return place;
    }

    @Override
    boolean mayLackKeys() {
        return true;
    }

    @Override
    int run(Line line) throws IOException {
        Proposal proposal = line.proposal().context(Uids.Verification, TransferSyntax.ImplicitVRLittleEndian);
        for (Uid service : SERVICES) {
            proposal = proposal.context(service, NATIVE);
        }
        for (Uid syntax : COMPRESSED) {
            proposal = proposal.context(CT, TransferSyntax.of(syntax));
        }
        ConnectDoctor.Patient patient = new ConnectDoctor.Patient(
                line.peer().address().getHostString(),
                line.peer().address().getPort(),
                line.peer().tls(),
                isClear(line),
                ownCertificate(),
                proposal);
        List<Finding> findings = new ArrayList<>();
        Verdict verdict =
                ConnectDoctor.examine(patient, Timeouts.of(Duration.ofSeconds(Math.max(1, seconds))), finding -> {
                    findings.add(finding);
                    if (!json) {
                        print(finding);
                    }
                });
        if (json) {
            invocation.out().println(json(findings, verdict));
        } else {
            invocation.out().println(verdict.sentence());
        }
        return verdict.healthy() ? CommandLines.DONE : CommandLines.FAILED;
    }

    private void print(Finding finding) {
        String step = finding.step().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        invocation
                .out()
                .println(Failure.oneLine(
                        (finding.good() ? "ok   " : "FAIL ") + String.format("%-18s", step) + finding.says()));
    }

    private static String json(List<Finding> findings, Verdict verdict) {
        List<Map<String, Object>> steps = new ArrayList<>();
        for (Finding finding : findings) {
            Map<String, Object> step = new TreeMap<>();
            step.put("step", finding.step().name());
            step.put("good", finding.good());
            step.put("says", finding.says());
            steps.add(step);
        }
        Map<String, Object> all = new TreeMap<>();
        all.put("steps", steps);
        all.put("healthy", verdict.healthy());
        all.put("verdict", verdict.sentence());
        return Json.text(all);
    }

    private Optional<X509Certificate> ownCertificate() throws IOException {
        Optional<Path> file = certificateFile();
        return file.isPresent() ? Pem.certificates(file.get()).stream().findFirst() : Optional.empty();
    }
}
