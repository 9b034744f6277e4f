package org.strongroom.gateway.dimse;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.AssociationPolicy.AssociateRequest;
import org.strongroom.dimse.AssociationPolicy.ContextAnswer;
import org.strongroom.dimse.AssociationPolicy.ProposedContext;
import org.strongroom.dimse.UserInformation.CommonExtendedNegotiation;
import org.strongroom.guard.DeviceRecord.Service;

/** The answers to presentation contexts, PS3.8 section 9.3.3.2: by what the archive has and the device's policy. */
final class Contexts {
    private static final int ACCEPTANCE = 0;
    private static final int USER_REJECTION = 1;
    private static final int ABSTRACT_SYNTAX_NOT_SUPPORTED = 3;
    private static final int TRANSFER_SYNTAXES_NOT_SUPPORTED = 4;

    private static final Uid STORAGE_SERVICE_CLASS = new Uid("1.2.840.10008.4.2");

    private Contexts() {}

    static List<ContextAnswer> answer(AssociateRequest request, Set<Service> allowed) {
        List<ContextAnswer> answers = new ArrayList<>();
        Set<Uid> notStored = classesOfOtherServices(request);
        for (ProposedContext context : request.contexts()) {
            answers.add(Services.of(context.abstractSyntax())
                    .filter(offer -> offer.service() != Service.STORE || !notStored.contains(context.abstractSyntax()))
                    .map(offer -> offer.service() == Service.STORE
                            ? storage(context, request.proposesScpRole(context.abstractSyntax()), allowed)
                            : other(context, allowed.contains(offer.service())))
                    .orElseGet(() -> refused(context, ABSTRACT_SYNTAX_NOT_SUPPORTED)));
        }
        return List.copyOf(answers);
    }

    /** SOP class common extended negotiation, PS3.7 D.3.3.6: a class we don't know may be said not to be of storage. */
    private static Set<Uid> classesOfOtherServices(AssociateRequest request) {
        return request.userInformation().commonExtended().stream()
                .filter(said -> !said.serviceClass().equals(STORAGE_SERVICE_CLASS))
                .map(CommonExtendedNegotiation::sopClass)
                .collect(Collectors.toSet());
    }

    /**
     * Storage: the requestor may be SCU where it may store, and SCP where it asked to be and may C-GET (PS3.7 D.3.3.4).
     */
    private static ContextAnswer storage(ProposedContext context, boolean proposesScp, Set<Service> allowed) {
        boolean scu = allowed.contains(Service.STORE);
        boolean scp = proposesScp && allowed.contains(Service.GET);
        if (!scu && !scp) {
            return refused(context, USER_REJECTION);
        }
        return Syntaxes.forStorage(context.transferSyntaxes())
                .map(syntax -> new ContextAnswer(context.id(), ACCEPTANCE, syntax, scu, scp))
                .orElseGet(() -> refused(context, TRANSFER_SYNTAXES_NOT_SUPPORTED));
    }

    private static ContextAnswer other(ProposedContext context, boolean allowed) {
        Optional<TransferSyntax> syntax = Syntaxes.forIdentifiers(context.transferSyntaxes());
        if (!allowed) {
            return refused(context, USER_REJECTION);
        }
        return syntax.map(chosen -> new ContextAnswer(context.id(), ACCEPTANCE, chosen, true, false))
                .orElseGet(() -> refused(context, TRANSFER_SYNTAXES_NOT_SUPPORTED));
    }

    private static ContextAnswer refused(ProposedContext context, int result) {
        // PS3.8 table 9-18: the transfer syntax of a refused context is not significant.
        TransferSyntax any = context.transferSyntaxes().isEmpty()
                ? TransferSyntax.ImplicitVRLittleEndian
                : context.transferSyntaxes().getFirst();
        return new ContextAnswer(context.id(), result, any, false, false);
    }
}
