package org.strongroom.dimse;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uids;
import org.strongroom.dimse.TlsProbe.Language;

/**
 * Finds out why an Application Entity can't be reached, or that it can: name, connection, TLS or clear text, certificates,
 * association, presentation contexts, C-ECHO. It ends in one sentence that says which side refuses, why, and what to do.
 * It asks for associations and verifies; it neither queries nor stores.
 */
public final class ConnectDoctor {
    private final Patient patient;
    private final Timeouts timeouts;
    private final Consumer<Finding> told;
    private final InetSocketAddress address;

    /** What is examined, from the outside in. */
    public enum Step {
        NAME,
        CONNECTION,
        ENCRYPTION,
        THEIR_CERTIFICATE,
        OUR_CERTIFICATE,
        ASSOCIATION,
        CONTEXT,
        ECHO,
        SERVICES
    }

    /** What one step found. */
    public record Finding(Step step, boolean good, String says) {}

    /**
     * Whom to examine.
     *
     * @param tls our key and whom we trust; empty to call in clear text, or where there is none yet
     * @param clear whether clear text is what is wanted
     * @param own our certificate, where we have one
     * @param proposal what to ask for
     */
    public record Patient(
            String host,
            int port,
            Optional<SSLContext> tls,
            boolean clear,
            Optional<X509Certificate> own,
            Proposal proposal) {
        private String place() {
            return host + ":" + port;
        }
    }

    /** The sentence it ends in. */
    public record Verdict(boolean healthy, String sentence) {}

    private ConnectDoctor(Patient patient, Timeouts timeouts, Consumer<Finding> told, InetSocketAddress address) {
        this.patient = patient;
        this.timeouts = timeouts;
        this.told = told;
        this.address = address;
    }

    /** Examines, and tells what is found as it is found. */
    public static Verdict examine(Patient patient, Timeouts timeouts, Consumer<Finding> told) {
        ConnectDoctor doctor =
                new ConnectDoctor(patient, timeouts, told, new InetSocketAddress(patient.host(), patient.port()));
        try {
            return doctor.connect();
        } catch (IOException e) {
            return doctor.refused(Step.ASSOCIATION, e);
        }
    }

    private void tell(Step step, boolean good, String says) {
        told.accept(new Finding(step, good, says));
    }

    private Verdict connect() throws IOException {
        try {
            tell(
                    Step.NAME,
                    true,
                    patient.host() + " is "
                            + Arrays.stream(InetAddress.getAllByName(patient.host()))
                                    .map(InetAddress::getHostAddress)
                                    .collect(Collectors.joining(", ")));
        } catch (UnknownHostException e) {
            return refused(Step.NAME, Unconnected.of(patient.place(), e));
        }
        try (Socket socket = new Socket()) {
            socket.connect(address, Math.toIntExact(timeouts.connect().toMillis()));
            tell(Step.CONNECTION, true, "something listens on port " + patient.port());
        } catch (IOException e) {
            return refused(Step.CONNECTION, Unconnected.of(patient.place(), e));
        }
        TlsProbe probe = TlsProbe.of(address, timeouts.connect());
        Optional<Verdict> mismatch = language(probe);
        if (mismatch.isPresent()) {
            return mismatch.get();
        }
        certificates(probe.chain());
        return associate(probe);
    }

    /** Whether both sides mean the same, TLS or clear text. */
    private Optional<Verdict> language(TlsProbe probe) {
        boolean secure = probe.language() == Language.TLS;
        if (secure) {
            tell(Step.ENCRYPTION, !patient.clear(), "TLS is spoken there");
            return patient.clear()
                    ? Optional.of(ill(
                            "this side calls in clear text and the called side speaks TLS",
                            "call with a key, a certificate and the authority it trusts"))
                    : Optional.empty();
        }
        if (probe.language() == Language.HTTP) {
            tell(Step.ENCRYPTION, false, "a web server answers there");
            return Optional.of(ill("the called side is a web server, not DICOM", "call the port of its DICOM service"));
        }
        if (patient.clear()) {
            tell(Step.ENCRYPTION, true, "no TLS is spoken there, and none is asked for");
            return Optional.empty();
        }
        boolean dicom = answersInClear();
        tell(Step.ENCRYPTION, false, "no TLS is spoken there" + (dicom ? ", but DICOM in clear text" : ""));
        return Optional.of(
                dicom
                        ? ill(
                                "this side asks for TLS and the called side speaks clear text",
                                "turn TLS on there, or call it in clear text knowing that it can be read on the way")
                        : ill(
                                "the called side speaks neither TLS nor DICOM" + silence(probe.language()),
                                "see whether this is the port of its DICOM service"));
    }

    private static String silence(Language language) {
        return switch (language) {
            case SILENT -> ": it says nothing";
            case CLOSED -> ": it closes at once";
            default -> "";
        };
    }

    private boolean answersInClear() {
        Proposal proposal = Proposal.to(
                        patient.proposal().called(), patient.proposal().calling())
                .context(Uids.Verification, TransferSyntax.ImplicitVRLittleEndian);
        try (Association association =
                Association.request(new PeerAddress(address, Optional.empty()), proposal, timeouts)) {
            return !association.hasEnded();
        } catch (AssociationRejected e) {
            return true;
        } catch (AssociationAborted e) {
            return e.by() == AssociationAborted.By.PEER;
        } catch (IOException e) {
            return false;
        }
    }

    private void certificates(List<X509Certificate> chain) {
        if (!chain.isEmpty()) {
            X509Certificate theirs = chain.getFirst();
            tell(
                    Step.THEIR_CERTIFICATE,
                    isInTime(theirs),
                    describe(theirs) + ", for " + names(theirs) + ", issued by "
                            + theirs.getIssuerX500Principal().getName());
        }
        patient.own()
                .filter(_ -> !patient.clear())
                .ifPresent(ours -> tell(Step.OUR_CERTIFICATE, isInTime(ours), describe(ours)));
    }

    private static boolean isInTime(X509Certificate certificate) {
        Instant now = Instant.now();
        return !now.isBefore(certificate.getNotBefore().toInstant())
                && now.isBefore(certificate.getNotAfter().toInstant());
    }

    private static String describe(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName() + ", "
                + (isInTime(certificate)
                        ? "valid until "
                        : "NOT VALID: from " + certificate.getNotBefore().toInstant() + " to ")
                + certificate.getNotAfter().toInstant();
    }

    private static String names(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null
                    ? "no names"
                    : names.stream().map(name -> String.valueOf(name.get(1))).collect(Collectors.joining(", "));
        } catch (CertificateParsingException e) {
            return "names that can't be read";
        }
    }

    private Verdict associate(TlsProbe probe) {
        if (!patient.clear() && patient.tls().isEmpty()) {
            return ill(
                    "this side has no key and certificate to show",
                    "call again with a key, a certificate and the" + " authority of the called side");
        }
        Optional<SSLContext> tls = patient.clear() ? Optional.empty() : patient.tls();
        try (Association association =
                Association.request(new PeerAddress(address, tls), patient.proposal(), timeouts)) {
            tell(Step.ASSOCIATION, true, "accepted by " + patient.proposal().called() + version(association));
            return services(association);
        } catch (IOException e) {
            return unassociated(e, probe);
        }
    }

    private Verdict unassociated(IOException e, TlsProbe probe) {
        // Where the alert was lost, TLS 1.3 leaves of a refused certificate only that the connection is closed.
        boolean broken = !patient.clear()
                && e instanceof AssociationAborted aborted
                && aborted.by() == AssociationAborted.By.CONNECTION;
        if (!patient.clear() && e instanceof AssociationAborted && speaksHttp()) {
            tell(Step.ASSOCIATION, false, "a web server answers there, over TLS");
            return ill("the called side is a web server, not DICOM", "call the port of its DICOM service");
        }
        boolean oursRefused = broken || (e instanceof TlsFailure failure && failure.isTheirs());
        boolean unknown = oursRefused
                || (e instanceof AssociationRejected rejected && rejected.source() == 1 && rejected.reason() == 3);
        boolean expired = patient.own().filter(own -> !isInTime(own)).isPresent();
        if ((oursRefused && expired) || (unknown && isStrongroom(probe)) || broken) {
            tell(Step.ASSOCIATION, false, String.valueOf(e.getMessage()));
        }
        if (oursRefused && expired) {
            return ill("the called side refuses our certificate, which is not valid now", "renew it");
        }
        if (unknown && isStrongroom(probe)) {
            return ill(
                    "the called side refuses: it is a Strongroom in which this device is not enrolled under the AE title "
                            + patient.proposal().calling(),
                    "enrol it there with: strongroom device add NAME --aet "
                            + patient.proposal().calling() + ", and call with the key and certificate that makes");
        }
        return broken
                ? ill(
                        "the called side breaks off right after the TLS handshake, as one does that refuses our certificate",
                        "have our certificate enrolled there, and look into its log")
                : refused(Step.ASSOCIATION, e);
    }

    private boolean speaksHttp() {
        try (Socket socket = new Socket()) {
            int patience = Math.toIntExact(timeouts.connect().toMillis());
            socket.connect(address, patience);
            socket.setSoTimeout(patience);
            SSLSocket tls = TlsProfile.client(patient.tls().orElseThrow(), socket, patient.host(), patient.port());
            tls.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] start = tls.getInputStream().readNBytes(5);
            return new String(start, StandardCharsets.US_ASCII).equals("HTTP/");
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isStrongroom(TlsProbe probe) {
        return probe.chain().stream()
                .anyMatch(c -> c.getIssuerX500Principal().getName().contains("Strongroom"));
    }

    private static String version(Association association) {
        return association
                .peer()
                .implementationVersion()
                .map(v -> ", which is " + v)
                .orElse("");
    }

    private Verdict services(Association association) throws IOException {
        association
                .contexts()
                .forEach(context -> tell(
                        Step.CONTEXT,
                        true,
                        ServiceNames.of(context.sopClass()) + " in "
                                + ServiceNames.of(context.syntax().uid())));
        association
                .refused()
                .forEach(context ->
                        tell(Step.CONTEXT, false, ServiceNames.of(context.sopClass()) + ": " + context.why()));
        boolean verification = association.contexts().stream()
                .anyMatch(context -> context.sopClass().equals(Uids.Verification));
        if (verification) {
            Status status = association.echo();
            tell(
                    Step.ECHO,
                    status.isSuccess(),
                    status.isSuccess()
                            ? "C-ECHO answered"
                            : "C-ECHO failed: status " + String.format("%04X", status.code()));
            if (!status.isSuccess()) {
                return ill("the called side accepts the association and fails C-ECHO", "look into its log");
            }
        }
        List<String> may = new ArrayList<>(ServiceNames.services(association.contexts()));
        tell(
                Step.SERVICES,
                !may.isEmpty(),
                may.isEmpty() ? "nothing is allowed" : "allowed: " + String.join(", ", may));
        if (association.contexts().isEmpty()) {
            return ill(
                    "the called side accepts the association and refuses every service asked for",
                    "have this AE title given a service there");
        }
        return new Verdict(
                true,
                patient.place() + " answers " + patient.proposal().calling() + " as "
                        + patient.proposal().called() + "; it allows: " + String.join(", ", may));
    }

    private Verdict refused(Step step, IOException e) {
        tell(step, false, String.valueOf(e.getMessage()));
        String who = switch (e) {
            case AssociationRejected _ -> "the called side refuses";
            case AssociationAborted aborted ->
                switch (aborted.by()) {
                    case PEER, CONNECTION -> "the called side breaks off";
                    case TIMEOUT -> "the called side does not answer";
                    case US -> "this side breaks off, since the called side broke the protocol";
                };
            case TlsFailure failure -> failure.isTheirs() ? "the called side refuses" : "this side refuses";
            case Unconnected unconnected ->
                switch (unconnected.why()) {
                    case NAME_UNKNOWN -> "this side does not find it";
                    case REFUSED -> "the called machine refuses";
                    case SILENT, UNREACHABLE -> "nobody is reached";
                };
            default -> "it failed";
        };
        String advice = e instanceof Refusal refusal ? refusal.advice() : "look into the logs of both sides";
        return ill(who + ": " + e.getMessage(), advice);
    }

    private static Verdict ill(String what, String advice) {
        return new Verdict(false, what + "; " + advice);
    }
}
