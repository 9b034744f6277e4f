package org.strongroom.survey;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.strongroom.dicom.Uids;
import org.strongroom.dimse.AeTitle;
import org.strongroom.dimse.Status;
import org.strongroom.dimse.SurveyAssociation;
import org.strongroom.dimse.SurveyAssociation.Result;
import org.strongroom.dimse.SurveyAssociation.Traffic;
import org.strongroom.dimse.SurveyAssociation.Transport;
import org.strongroom.dimse.Timeouts;

/**
 * Asks a DICOM service what anyone may ask: an association, C-ECHO, and a C-FIND whose responses are counted and thrown
 * away. What the peer says of itself is cut to printable ASCII.
 */
final class DicomStranger implements Stranger {
    /** Taken of one connection; ten thousand studies listed with their UID alone are about three. */
    static final int MOST_MIB = 8;

    private static final int BYTES_PER_SECOND = 16;

    private final Scope scope;
    private final Timeouts timeouts;
    private final Duration longest;

    DicomStranger(Scope scope) {
        this.scope = scope;
        Duration connect = Duration.ofMillis(scope.rates().connectMillis());
        Duration answer = Duration.ofMillis(scope.rates().answerMillis());
        Duration count = Duration.ofMillis(scope.rates().countMillis());
        this.timeouts = new Timeouts(connect, answer, answer, count, answer, BYTES_PER_SECOND);
        // C-ECHO is waited for as long as the count is.
        this.longest = connect.plus(answer.multipliedBy(2)).plus(count.multipliedBy(2));
    }

    @Override
    public Look look(Target target, boolean tls, AeTitle called) throws IOException {
        Traffic traffic = new Traffic((long) MOST_MIB << 20, longest);
        Result result = SurveyAssociation.connect(
                target.socketAddress(),
                tls ? Transport.TLS : Transport.CLEAR,
                called,
                scope.callingAeTitle(),
                List.of(Uids.Verification, Uids.StudyRootQueryRetrieveInformationModelFind),
                timeouts,
                traffic);
        if (result instanceof Result.Accepted accepted) {
            return accepted(accepted, tls, called, traffic);
        }
        Verdict verdict = tls ? inTls(result, traffic) : verdict(result);
        Optional<Look.Rejection> rejection = result instanceof Result.Rejected r
                ? Optional.of(new Look.Rejection(r.result(), r.source(), r.reason()))
                : Optional.empty();
        return new Look(
                tls,
                called,
                verdict,
                traffic.sentBytes(),
                traffic.receivedBytes(),
                tls(traffic),
                rejection,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static Verdict verdict(Result result) {
        return switch (result) {
            case Result.Accepted _ -> Verdict.ANSWERED;
            case Result.Rejected _ -> Verdict.REJECTED;
            case Result.Aborted _ -> Verdict.ABORTED;
            case Result.Closed _, Result.TlsFailed _ -> Verdict.HUNG_UP;
            case Result.Mute _ -> Verdict.MUTE;
            case Result.NotDicom _ -> Verdict.NOT_DICOM;
            case Result.Unreachable(boolean refused) -> refused ? Verdict.REFUSED : Verdict.UNREACHABLE;
        };
    }

    /** A peer that closes in TLS 1.3 after our end of the handshake is done wanted a certificate, like one that sends an alert. */
    private static Verdict inTls(Result result, Traffic traffic) {
        boolean ended = result instanceof Result.Closed || result instanceof Result.TlsFailed;
        if (!ended) {
            return verdict(result);
        }
        if (traffic.spokeTls()) {
            return Verdict.TLS_REFUSED;
        }
        return traffic.receivedBytes() > 0 ? Verdict.NOT_DICOM : Verdict.HUNG_UP;
    }

    private Look accepted(Result.Accepted accepted, boolean tls, AeTitle called, Traffic traffic) {
        Optional<Status> echo = Optional.empty();
        Optional<SurveyAssociation.Count> count = Optional.empty();
        try (SurveyAssociation association = accepted.association()) {
            echo = association.echo();
            count = association.countStudies(scope.countCap(), timeouts.response(), timeouts.association());
            association.release();
        } catch (IOException e) {
            // The peer ended it in the middle: what it answered before is what a stranger gets.
        }
        return new Look(
                tls,
                called,
                verdict(echo, count),
                traffic.sentBytes(),
                traffic.receivedBytes(),
                tls(traffic),
                Optional.empty(),
                accepted.facts().implementationClass(),
                accepted.facts().implementationVersion().map(DicomStranger::printable),
                echo.map(Status::code),
                count.map(c -> new Look.Count(
                        c.count(), c.isPartial(), c.ending(), c.status().map(Status::code))));
    }

    private static Verdict verdict(Optional<Status> echo, Optional<SurveyAssociation.Count> count) {
        boolean alive = echo.map(Status::isSuccess).orElse(false);
        boolean lists = count.map(
                        c -> c.count() > 0 || c.status().map(Status::isSuccess).orElse(false))
                .orElse(false);
        if (alive || lists) {
            return Verdict.ANSWERED;
        }
        boolean refused = echo.isPresent()
                || count.flatMap(SurveyAssociation.Count::status).isPresent();
        return refused ? Verdict.DENIED : Verdict.UNANSWERED;
    }

    private static Optional<Look.Tls> tls(Traffic traffic) {
        return traffic.protocol().flatMap(p -> traffic.cipherSuite().map(suite -> new Look.Tls(p, suite)));
    }

    private static String printable(String text) {
        String line = text.replaceAll("[^\\x20-\\x7E]", "?");
        return line.length() <= 16 ? line : line.substring(0, 16);
    }
}
