package org.strongroom.dimse;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.Uids;
import org.strongroom.dimse.AssociationPolicy.Answer;
import org.strongroom.dimse.AssociationPolicy.ContextAnswer;
import org.strongroom.dimse.AssociationPolicy.Peer;
import org.strongroom.dimse.AssociationPolicy.ProposedContext;
import org.strongroom.dimse.AssociationPolicy.Rejection;
import org.strongroom.dimse.Pdu.AssociateAc;
import org.strongroom.dimse.Pdu.AssociateRq;
import org.strongroom.dimse.Pdu.ContextResult;
import org.strongroom.dimse.UserInformation.AsyncWindow;
import org.strongroom.dimse.UserInformation.Role;

/** Association establishment as acceptor, states 2 and 3 of PS3.8 table 9-10. */
final class Acceptance {
    private static final System.Logger LOG = System.getLogger(Acceptance.class.getName());

    /** Announced as maximum length: large enough that headers don't count, small enough for anyone's buffer. */
    private static final int MAXIMUM_LENGTH = 256 * 1024;

    /** Requests a peer may send ahead; C-STOREs are performed beside each other, all else in order. */
    static final int WINDOW = 16;

    private final DimseListener listener;
    private final Connection connection;
    private final Peer peer;
    private final Conversation talk;

    Acceptance(DimseListener listener, Connection connection, Peer peer, Conversation talk) {
        this.listener = listener;
        this.connection = connection;
        this.peer = peer;
        this.talk = talk;
    }

    /** Answers the A-ASSOCIATE-RQ; empty when the peer was rejected, or left. */
    Optional<Provider> negotiate() throws IOException {
        @Nullable Pdu first = talk.handshakePdu();
        if (!(first instanceof AssociateRq request)) {
            if (first instanceof Pdu.Abort || first == null) {
                return Optional.empty();
            }
            throw new PduException(0, "the first PDU is no A-ASSOCIATE-RQ", PduException.UNEXPECTED_PDU);
        }
        talk.line().readAtLeisure();
        if ((request.protocolVersion() & 1) == 0) {
            return reject(request, Rejection.PROTOCOL_VERSION_NOT_SUPPORTED);
        }
        if (!request.applicationContext().equals(Optional.of(Uids.DICOMApplicationContext))) {
            return reject(request, Rejection.APPLICATION_CONTEXT_NOT_SUPPORTED);
        }
        return switch (listener.policy().answer(request, peer)) {
            case Answer.Reject(Rejection rejection) -> reject(request, rejection);
            case Answer.Accept accept -> accept(request, accept);
        };
    }

    private Optional<Provider> reject(AssociateRq request, Rejection rejection) throws IOException {
        LOG.log(
                Level.INFO,
                "association.rejected address={0} calling={1} called={2} {3}",
                peer.address(),
                request.callingAeTitle(),
                request.calledAeTitle(),
                rejection);
        connection.rejected();
        talk.line().readWithin(listener.timeouts().association());
        talk.output().send(rejection.pdu());
        talk.drain();
        return Optional.empty();
    }

    private Optional<Provider> accept(AssociateRq request, Answer.Accept accept) throws IOException {
        Map<Integer, AcceptedContext> contexts;
        AssociateAc answer;
        Optional<Rejection> limit;
        boolean handed = false;
        try {
            if (!peerWaits()) {
                return Optional.empty();
            }
            contexts = accepted(request, accept.contexts());
            answer = answer(request, accept, contexts);
            limit = listener.admissions().admit(connection, accept.identity());
            if (limit.isEmpty()) {
                talk.established(
                        Set.copyOf(contexts.keySet()), request.userInformation().maximumLength());
                talk.output().send(answer);
                handed = true;
            }
        } finally {
            if (!handed) {
                accept.handler().close();
            }
        }
        if (limit.isPresent()) {
            return reject(request, limit.get());
        }
        LOG.log(
                Level.INFO,
                "association.accepted address={0} calling={1} contexts={2}",
                peer.address(),
                request.callingAeTitle(),
                contexts.size());
        int outstanding =
                answer.userInformation().asyncWindow().map(AsyncWindow::invoked).orElse(1);
        return Optional.of(new Provider(talk, contexts, accept.handler(), listener.timeouts(), outstanding));
    }

    /** State 3: what comes before the answer ends it, actions AA-3 and AA-8. */
    private boolean peerWaits() throws IOException {
        try {
            return talk.keepsWaiting();
        } catch (PduException e) {
            LOG.log(Level.INFO, "association.aborted by=us {0}", talk.refuse(e).getMessage());
            talk.conclude(listener.timeouts().association());
            return false;
        }
    }

    private static Map<Integer, AcceptedContext> accepted(AssociateRq request, List<ContextAnswer> answers) {
        Map<Integer, ProposedContext> proposed = new HashMap<>();
        request.contexts().forEach(context -> proposed.put(context.id(), context));
        Map<Uid, Role> roles = new HashMap<>();
        request.userInformation().roles().forEach(role -> roles.put(role.sopClass(), role));
        Map<Integer, AcceptedContext> accepted = new HashMap<>();
        for (ContextAnswer answer : answers) {
            ProposedContext context = proposed.remove(answer.id());
            if (context == null) {
                throw new IllegalStateException("the policy answers a presentation context that was not proposed");
            }
            if (answer.result() == 0) {
                // Without role selection the requestor is SCU, PS3.7 D.3.3.4.
                Role asked =
                        roles.getOrDefault(context.abstractSyntax(), new Role(context.abstractSyntax(), true, false));
                accepted.put(
                        answer.id(),
                        new AcceptedContext(
                                answer.id(),
                                context.abstractSyntax(),
                                answer.syntax(),
                                asked.scu() && answer.requestorIsScu(),
                                asked.scp() && answer.requestorIsScp()));
            }
        }
        if (!proposed.isEmpty()) {
            throw new IllegalStateException("the policy leaves presentation contexts without answer");
        }
        return accepted;
    }

    private static AssociateAc answer(
            AssociateRq request, Answer.Accept accept, Map<Integer, AcceptedContext> contexts) {
        UserInformation asked = request.userInformation();
        List<Role> roles = new ArrayList<>();
        for (Role role : asked.roles()) {
            contexts.values().stream()
                    .filter(context -> context.sopClass().equals(role.sopClass()))
                    .findAny()
                    .ifPresent(context ->
                            roles.add(new Role(role.sopClass(), context.requestorIsScu(), context.requestorIsScp())));
        }
        UserInformation ours = UserInformation.ours(MAXIMUM_LENGTH);
        return new AssociateAc(
                1,
                request.calledAeTitle(),
                request.callingAeTitle(),
                accept.contexts().stream()
                        .map(context ->
                                new ContextResult(context.id(), context.result(), Optional.of(context.syntax())))
                        .toList(),
                new UserInformation(
                        ours.maximumLength(),
                        ours.implementationClass(),
                        ours.implementationVersion(),
                        asked.asyncWindow().map(Acceptance::window),
                        roles,
                        accept.extended(),
                        List.of(),
                        Optional.empty(),
                        accept.identityResponse()
                                .filter(_ -> asked.identity()
                                        .filter(UserInformation.UserIdentity::responseRequested)
                                        .isPresent())));
    }

    /** The requestor may invoke as many as it proposed, up to ours; it is asked to perform one at a time. */
    private static AsyncWindow window(AsyncWindow proposed) {
        int invoked = proposed.invoked() == 0 ? WINDOW : Math.min(proposed.invoked(), WINDOW);
        return new AsyncWindow(invoked, 1);
    }
}
