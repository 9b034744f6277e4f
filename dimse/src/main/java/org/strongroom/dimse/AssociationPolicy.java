package org.strongroom.dimse;

import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/** Decides, as acceptor, what becomes of an A-ASSOCIATE-RQ (PS3.8 section 7.1). */
public interface AssociationPolicy {
    Answer answer(AssociateRequest request, Peer peer);

    /**
     * Who is at the other end.
     *
     * @param certificate the verified client certificate; empty on a connection without TLS
     */
    record Peer(InetSocketAddress address, Optional<X509Certificate> certificate) {}

    sealed interface Answer {
        /**
         * Accepted, perhaps with some contexts refused.
         *
         * @param contexts one answer for each proposed presentation context, same identifiers
         * @param identity whose association it is: the listener counts by it, and rejects above {@link
         *     ListenerLimits#perIdentity} (the handler is then closed unused); not counted when empty
         * @param extended answers to SOP class extended negotiation, PS3.7 D.3.3.5, as far as proposed
         * @param identityResponse that the user identity was verified, PS3.7 D.3.3.7: sent where the requestor asked for a
         *     positive response; without it the requestor hears that nobody looked
         */
        record Accept(
                List<ContextAnswer> contexts,
                DimseHandler handler,
                Optional<String> identity,
                List<UserInformation.ExtendedNegotiation> extended,
                Optional<Octets> identityResponse)
                implements Answer {
            public Accept(
                    List<ContextAnswer> contexts,
                    DimseHandler handler,
                    Optional<String> identity,
                    List<UserInformation.ExtendedNegotiation> extended) {
                this(contexts, handler, identity, extended, Optional.empty());
            }

            public Accept(List<ContextAnswer> contexts, DimseHandler handler) {
                this(contexts, handler, Optional.empty(), List.of());
            }

            public Accept(List<ContextAnswer> contexts, DimseHandler handler, String identity) {
                this(contexts, handler, Optional.of(identity), List.of());
            }
        }

        /** PS3.8 section 9.3.4; the comment goes to the log, not to the wire. */
        record Reject(Rejection rejection) implements Answer {}
    }

    /**
     * The answer to one presentation context.
     *
     * @param result 0 acceptance, 1 user rejection, 2 no reason, 3 abstract syntax not supported, 4 transfer syntaxes not
     *     supported (PS3.8 table 9-18)
     * @param syntax the transfer syntax chosen; for a refused context any of the proposed
     * @param requestorIsScu role granted to the requestor
     * @param requestorIsScp role granted to the requestor, PS3.7 D.3.3.4
     */
    record ContextAnswer(int id, int result, TransferSyntax syntax, boolean requestorIsScu, boolean requestorIsScp) {}

    /** PS3.8 table 9-21. */
    enum Rejection {
        NO_REASON(1, 1, 1),
        APPLICATION_CONTEXT_NOT_SUPPORTED(1, 1, 2),
        CALLING_AE_TITLE_NOT_RECOGNIZED(1, 1, 3),
        CALLED_AE_TITLE_NOT_RECOGNIZED(1, 1, 7),
        ACSE_NO_REASON(1, 2, 1),
        PROTOCOL_VERSION_NOT_SUPPORTED(1, 2, 2),
        TEMPORARY_CONGESTION(2, 3, 1),
        LOCAL_LIMIT_EXCEEDED(2, 3, 2);

        private final int result;
        private final int source;
        private final int reason;

        Rejection(int result, int source, int reason) {
            this.result = result;
            this.source = source;
            this.reason = reason;
        }

        Pdu.AssociateRj pdu() {
            return new Pdu.AssociateRj(result, source, reason);
        }

        public int result() {
            return result;
        }

        public int source() {
            return source;
        }

        public int reason() {
            return reason;
        }
    }

    /** What the requestor asked for, PS3.8 section 9.3.2 and PS3.7 annex D. */
    interface AssociateRequest {
        String calledAeTitle();

        String callingAeTitle();

        List<ProposedContext> contexts();

        Uid implementationClass();

        Optional<String> implementationVersion();

        boolean proposesScpRole(Uid sopClass);

        /** Everything else the requestor said of itself. */
        UserInformation userInformation();
    }

    record ProposedContext(int id, Uid abstractSyntax, List<TransferSyntax> transferSyntaxes) {}
}
