package org.strongroom.dimse;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/**
 * A protocol data unit of the DICOM upper layer, PS3.8 section 9.3. Associations read P-DATA-TF straight from the socket
 * and never make a {@link PDataTf} of it.
 */
public sealed interface Pdu {
    int ASSOCIATE_RQ = 1;
    int ASSOCIATE_AC = 2;
    int ASSOCIATE_RJ = 3;
    int P_DATA_TF = 4;
    int RELEASE_RQ = 5;
    int RELEASE_RP = 6;
    int ABORT = 7;

    /** Type and length stand before every PDU's variable field. */
    int HEADER_LENGTH = 6;

    /** A-ASSOCIATE-RQ, PS3.8 section 9.3.2. */
    record AssociateRq(
            int protocolVersion,
            String calledAeTitle,
            String callingAeTitle,
            Optional<Uid> applicationContext,
            List<AssociationPolicy.ProposedContext> contexts,
            UserInformation userInformation)
            implements Pdu, AssociationPolicy.AssociateRequest {
        public AssociateRq {
            contexts = List.copyOf(contexts);
        }

        @Override
        public Uid implementationClass() {
            return userInformation.implementationClass().orElse(UNNAMED_IMPLEMENTATION);
        }

        @Override
        public Optional<String> implementationVersion() {
            return userInformation.implementationVersion();
        }

        @Override
        public boolean proposesScpRole(Uid sopClass) {
            return userInformation.roles().stream()
                    .anyMatch(role -> role.sopClass().equals(sopClass) && role.scp());
        }
    }

    /** Stands for the implementation class UID of a peer that sent none. */
    Uid UNNAMED_IMPLEMENTATION = new Uid("0");

    /** A-ASSOCIATE-AC, PS3.8 section 9.3.3; the AE titles are echoes that nobody may rely on. */
    record AssociateAc(
            int protocolVersion,
            String calledAeTitle,
            String callingAeTitle,
            List<ContextResult> contexts,
            UserInformation userInformation)
            implements Pdu {
        public AssociateAc {
            contexts = List.copyOf(contexts);
        }
    }

    /**
     * The acceptor's answer to one presentation context.
     *
     * @param result PS3.8 table 9-18; 0 is acceptance
     * @param syntax not significant, and perhaps absent, unless accepted
     */
    record ContextResult(int id, int result, Optional<TransferSyntax> syntax) {}

    /** A-ASSOCIATE-RJ, PS3.8 section 9.3.4. */
    record AssociateRj(int result, int source, int reason) implements Pdu {}

    /** P-DATA-TF, PS3.8 section 9.3.5. */
    record PDataTf(List<Pdv> values) implements Pdu {
        public PDataTf {
            values = List.copyOf(values);
        }
    }

    /** A presentation data value: a fragment of a command set or of a data set, PS3.8 annex E. */
    record Pdv(int contextId, boolean command, boolean last, Octets fragment) {}

    /** A-RELEASE-RQ, PS3.8 section 9.3.6. */
    record ReleaseRq() implements Pdu {}

    /** A-RELEASE-RP, PS3.8 section 9.3.7. */
    record ReleaseRp() implements Pdu {}

    /** A-ABORT, PS3.8 section 9.3.8; source 0 is the service user, 2 the service provider. */
    record Abort(int source, int reason) implements Pdu {}

    /**
     * Reads the variable field of a PDU.
     *
     * @param type the PDU type, first byte of its header
     * @param field everything after the header's length
     * @throws PduException when the type is unknown, an item overruns the PDU, or a value cannot be
     */
    static Pdu decode(int type, byte[] field) {
        PduCursor cursor = new PduCursor(field, HEADER_LENGTH);
        return switch (type) {
            case ASSOCIATE_RQ -> AssociateItems.readRequest(cursor);
            case ASSOCIATE_AC -> AssociateItems.readAcceptance(cursor);
            case ASSOCIATE_RJ -> {
                fixed(cursor, "A-ASSOCIATE-RJ");
                cursor.skip(1, "A-ASSOCIATE-RJ");
                yield new AssociateRj(cursor.u8("result"), cursor.u8("source"), cursor.u8("reason"));
            }
            case P_DATA_TF -> readData(cursor);
            case RELEASE_RQ -> {
                fixed(cursor, "A-RELEASE-RQ");
                yield new ReleaseRq();
            }
            case RELEASE_RP -> {
                fixed(cursor, "A-RELEASE-RP");
                yield new ReleaseRp();
            }
            case ABORT -> {
                fixed(cursor, "A-ABORT");
                cursor.skip(2, "A-ABORT");
                yield new Abort(cursor.u8("source"), cursor.u8("reason"));
            }
            default -> throw new PduException(0, "no PDU has type " + type, PduException.UNRECOGNIZED_PDU);
        };
    }

    /** The whole PDU, header included. */
    default byte[] encode() {
        return switch (this) {
            case AssociateRq request -> AssociateItems.write(request);
            case AssociateAc acceptance -> AssociateItems.write(acceptance);
            case AssociateRj rejection -> {
                PduBuilder to = PduBuilder.pdu(ASSOCIATE_RJ);
                to.u8(0).u8(rejection.result()).u8(rejection.source()).u8(rejection.reason());
                yield to.toPdu();
            }
            case PDataTf data -> {
                PduBuilder to = PduBuilder.pdu(P_DATA_TF);
                for (Pdv value : data.values()) {
                    to.u32(value.fragment().length() + 2L).u8(value.contextId());
                    to.u8((value.command() ? 1 : 0) | (value.last() ? 2 : 0));
                    to.put(value.fragment().toArray());
                }
                yield to.toPdu();
            }
            case ReleaseRq _ -> PduBuilder.pdu(RELEASE_RQ).u32(0).toPdu();
            case ReleaseRp _ -> PduBuilder.pdu(RELEASE_RP).u32(0).toPdu();
            case Abort abort ->
                PduBuilder.pdu(ABORT)
                        .u16(0)
                        .u8(abort.source())
                        .u8(abort.reason())
                        .toPdu();
        };
    }

    private static PDataTf readData(PduCursor cursor) {
        List<Pdv> values = new ArrayList<>();
        do {
            long length = cursor.u32("presentation data value");
            if (length < 2 || length > cursor.remaining()) {
                throw cursor.invalid("presentation data value of " + length + " bytes");
            }
            int contextId = cursor.u8("presentation context identifier");
            int control = cursor.u8("message control header");
            values.add(new Pdv(
                    contextId,
                    (control & 1) != 0,
                    (control & 2) != 0,
                    cursor.octets((int) length - 2, "presentation data value")));
        } while (!cursor.atEnd());
        return new PDataTf(values);
    }

    private static void fixed(PduCursor cursor, String what) {
        if (cursor.remaining() != 4) {
            throw PduException.invalid(2, what + " has length " + cursor.remaining() + ", not 4");
        }
    }
}
