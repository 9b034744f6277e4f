package org.strongroom.dimse;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.Uids;
import org.strongroom.dimse.AssociationPolicy.ProposedContext;
import org.strongroom.dimse.Pdu.AssociateAc;
import org.strongroom.dimse.Pdu.AssociateRq;
import org.strongroom.dimse.Pdu.ContextResult;

/** Reads and writes A-ASSOCIATE-RQ and A-ASSOCIATE-AC; items of unknown type are skipped, PS3.8 section 9.3.1. */
final class AssociateItems {
    private static final int APPLICATION_CONTEXT_ITEM = 0x10;
    private static final int PROPOSED_CONTEXT_ITEM = 0x20;
    private static final int ANSWERED_CONTEXT_ITEM = 0x21;
    private static final int ABSTRACT_SYNTAX_ITEM = 0x30;
    private static final int TRANSFER_SYNTAX_ITEM = 0x40;

    private int protocolVersion;
    private String calledAeTitle = "";
    private String callingAeTitle = "";
    private @Nullable Uid applicationContext;
    private final List<ProposedContext> proposed = new ArrayList<>();
    private final List<ContextResult> answered = new ArrayList<>();
    private @Nullable UserInformation userInformation;
    private final Set<Integer> identifiers = new HashSet<>();

    private AssociateItems() {}

    static AssociateRq readRequest(PduCursor pdu) {
        AssociateItems read = new AssociateItems();
        read.fields(pdu, PROPOSED_CONTEXT_ITEM);
        return new AssociateRq(
                read.protocolVersion,
                read.calledAeTitle,
                read.callingAeTitle,
                Optional.ofNullable(read.applicationContext),
                read.proposed,
                read.userInformation());
    }

    static AssociateAc readAcceptance(PduCursor pdu) {
        AssociateItems read = new AssociateItems();
        read.fields(pdu, ANSWERED_CONTEXT_ITEM);
        return new AssociateAc(
                read.protocolVersion, read.calledAeTitle, read.callingAeTitle, read.answered, read.userInformation());
    }

    private UserInformation userInformation() {
        return userInformation == null ? UserInformationItem.absent() : userInformation;
    }

    private void fields(PduCursor pdu, int contextItem) {
        protocolVersion = pdu.u16("protocol version");
        pdu.skip(2, "reserved field");
        calledAeTitle = pdu.text(16, "called AE title");
        callingAeTitle = pdu.text(16, "calling AE title");
        pdu.skip(32, "reserved field");
        while (!pdu.atEnd()) {
            int type = pdu.u8("item");
            pdu.skip(1, "item");
            PduCursor item = pdu.slice(pdu.u16("item"), "item");
            if (type == APPLICATION_CONTEXT_ITEM) {
                applicationContext = item.optionalUid(item.remaining(), "application context")
                        .orElse(null);
            } else if (type == UserInformationItem.TYPE) {
                userInformation = UserInformationItem.read(item);
            } else if (type == contextItem) {
                context(item, type);
            }
        }
    }

    private void context(PduCursor item, int type) {
        int start = item.offset();
        int id = item.u8("presentation context");
        if ((id & 1) == 0 || !identifiers.add(id)) {
            throw PduException.invalid(start, "presentation context identifier is even or given twice");
        }
        item.skip(1, "presentation context");
        int result = item.u8("presentation context");
        item.skip(1, "presentation context");
        Uid abstractSyntax = null;
        List<TransferSyntax> syntaxes = new ArrayList<>(4);
        while (!item.atEnd()) {
            int subType = item.u8("sub-item");
            item.skip(1, "sub-item");
            int length = item.u16("sub-item");
            if (subType == ABSTRACT_SYNTAX_ITEM) {
                abstractSyntax = item.uid(length, "abstract syntax");
            } else if (subType == TRANSFER_SYNTAX_ITEM) {
                // One that is no UID can't be chosen; the others may.
                item.optionalUid(length, "transfer syntax")
                        .map(TransferSyntax::of)
                        .ifPresent(syntaxes::add);
            } else {
                item.skip(length, "sub-item");
            }
        }
        if (type == ANSWERED_CONTEXT_ITEM) {
            answered.add(new ContextResult(id, result, syntaxes.stream().findFirst()));
        } else if (abstractSyntax == null) {
            throw PduException.invalid(start, "presentation context without abstract syntax");
        } else {
            proposed.add(new ProposedContext(id, abstractSyntax, List.copyOf(syntaxes)));
        }
    }

    static byte[] write(AssociateRq request) {
        PduBuilder to = PduBuilder.pdu(Pdu.ASSOCIATE_RQ);
        titles(to, request.protocolVersion(), request.calledAeTitle(), request.callingAeTitle());
        request.applicationContext().ifPresent(uid -> text(to, APPLICATION_CONTEXT_ITEM, uid));
        for (ProposedContext context : request.contexts()) {
            int mark = to.open16(PROPOSED_CONTEXT_ITEM);
            to.u8(context.id()).zeros(3);
            text(to, ABSTRACT_SYNTAX_ITEM, context.abstractSyntax());
            context.transferSyntaxes().forEach(syntax -> text(to, TRANSFER_SYNTAX_ITEM, syntax.uid()));
            to.close16(mark);
        }
        UserInformationItem.write(request.userInformation(), to);
        return to.toPdu();
    }

    static byte[] write(AssociateAc acceptance) {
        PduBuilder to = PduBuilder.pdu(Pdu.ASSOCIATE_AC);
        titles(to, acceptance.protocolVersion(), acceptance.calledAeTitle(), acceptance.callingAeTitle());
        text(to, APPLICATION_CONTEXT_ITEM, Uids.DICOMApplicationContext);
        for (ContextResult context : acceptance.contexts()) {
            int mark = to.open16(ANSWERED_CONTEXT_ITEM);
            to.u8(context.id()).u8(0).u8(context.result()).u8(0);
            context.syntax().ifPresent(syntax -> text(to, TRANSFER_SYNTAX_ITEM, syntax.uid()));
            to.close16(mark);
        }
        UserInformationItem.write(acceptance.userInformation(), to);
        return to.toPdu();
    }

    private static void titles(PduBuilder to, int protocolVersion, String called, String calling) {
        to.u16(protocolVersion).u16(0).padded(called, 16).padded(calling, 16).zeros(32);
    }

    private static void text(PduBuilder to, int type, Uid uid) {
        int mark = to.open16(type);
        to.text(uid.value());
        to.close16(mark);
    }
}
