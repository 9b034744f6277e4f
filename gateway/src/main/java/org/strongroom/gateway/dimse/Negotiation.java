package org.strongroom.gateway.dimse;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.AssociationPolicy.AssociateRequest;
import org.strongroom.dimse.AssociationPolicy.ContextAnswer;
import org.strongroom.dimse.AssociationPolicy.ProposedContext;
import org.strongroom.dimse.Octets;
import org.strongroom.dimse.UserInformation.ExtendedNegotiation;
import org.strongroom.guard.DeviceRecord.Service;

/**
 * SOP class extended negotiation of queries and retrievals, PS3.4 sections C.5.1.1, C.5.2.1 and C.5.3.1. What is asked for
 * and not given is answered with zero: combined date and time matching, fuzzy matching of names, adjustment to a time
 * zone, and enhanced multi-frame conversion are not done, so that no requestor counts on them. Relational queries are.
 *
 * @param answers one for each SOP class that was negotiated and accepted
 * @param relational SOP classes in which a query need not hold the unique keys above its level
 */
record Negotiation(List<ExtendedNegotiation> answers, Set<Uid> relational) {
    /** Relational queries, date-time matching, fuzzy matching, time zone, enhanced multi-frame conversion. */
    private static final int FIND_BYTES = 5;

    /** Relational retrieval and enhanced multi-frame conversion. */
    private static final int RETRIEVE_BYTES = 2;

    Negotiation {
        answers = List.copyOf(answers);
        relational = Set.copyOf(relational);
    }

    static Negotiation of(AssociateRequest request, List<ContextAnswer> contexts) {
        List<ExtendedNegotiation> answers = new ArrayList<>();
        Set<Uid> relational = new HashSet<>();
        Set<Uid> accepted = accepted(request, contexts);
        Set<Uid> done = new HashSet<>();
        for (ExtendedNegotiation asked : request.userInformation().extended()) {
            Uid sopClass = asked.sopClass();
            if (!accepted.contains(sopClass) || !done.add(sopClass)) {
                continue;
            }
            Service service = Services.of(sopClass).orElseThrow().service();
            if (service == Service.FIND) {
                boolean wanted = says(asked.information(), 0);
                if (wanted) {
                    relational.add(sopClass);
                }
                answers.add(answer(sopClass, asked, FIND_BYTES, wanted));
            } else if (service == Service.MOVE || service == Service.GET) {
                answers.add(answer(sopClass, asked, RETRIEVE_BYTES, false));
            }
        }
        return new Negotiation(answers, relational);
    }

    private static Set<Uid> accepted(AssociateRequest request, List<ContextAnswer> contexts) {
        Set<Integer> ids = new HashSet<>();
        contexts.stream().filter(context -> context.result() == 0).forEach(context -> ids.add(context.id()));
        Set<Uid> accepted = new HashSet<>();
        request.contexts().stream()
                .filter(context -> ids.contains(context.id()))
                .map(ProposedContext::abstractSyntax)
                .forEach(accepted::add);
        return accepted;
    }

    private static boolean says(Octets information, int index) {
        return information.length() > index && information.toArray()[index] == 1;
    }

    /** As many bytes as were asked about, of those we know: an old requestor knows of no more. */
    private static ExtendedNegotiation answer(Uid sopClass, ExtendedNegotiation asked, int most, boolean first) {
        byte[] bytes = new byte[Math.min(asked.information().length(), most)];
        if (bytes.length > 0) {
            bytes[0] = (byte) (first ? 1 : 0);
        }
        return new ExtendedNegotiation(sopClass, Octets.of(bytes));
    }
}
