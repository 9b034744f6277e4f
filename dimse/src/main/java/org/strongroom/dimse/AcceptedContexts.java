package org.strongroom.dimse;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.AssociationPolicy.ProposedContext;
import org.strongroom.dimse.UserInformation.Role;

/** What became of a requestor's proposal. */
final class AcceptedContexts {
    private final Map<Integer, AcceptedContext> byId;
    private final List<RefusedContext> refused;

    private AcceptedContexts(Map<Integer, AcceptedContext> byId, List<RefusedContext> refused) {
        this.byId = byId;
        this.refused = List.copyOf(refused);
    }

    /** Keeps the contexts accepted in a transfer syntax that was proposed, with the roles both sides named. */
    static AcceptedContexts of(Proposal proposal, Pdu.AssociateAc acceptance) {
        Map<Integer, ProposedContext> proposed = new HashMap<>();
        proposal.contexts().forEach(context -> proposed.put(context.id(), context));
        Map<Uid, Role> asked = roles(proposal.userInformation());
        Map<Uid, Role> granted = roles(acceptance.userInformation());
        Map<Integer, AcceptedContext> accepted = new LinkedHashMap<>();
        for (Pdu.ContextResult result : acceptance.contexts()) {
            ProposedContext context = proposed.get(result.id());
            if (context == null
                    || result.result() != 0
                    || result.syntax().isEmpty()
                    || !context.transferSyntaxes().contains(result.syntax().get())) {
                continue;
            }
            Role none = new Role(context.abstractSyntax(), true, false);
            Role ask = asked.getOrDefault(context.abstractSyntax(), none);
            // No answer to a role selection leaves the default roles, PS3.7 D.3.3.4.
            Role grant = asked.containsKey(context.abstractSyntax())
                    ? granted.getOrDefault(context.abstractSyntax(), none)
                    : none;
            accepted.put(
                    result.id(),
                    new AcceptedContext(
                            result.id(),
                            context.abstractSyntax(),
                            result.syntax().get(),
                            ask.scu() && grant.scu(),
                            ask.scp() && grant.scp()));
        }
        List<RefusedContext> refused = new ArrayList<>();
        for (ProposedContext context : proposal.contexts()) {
            if (!accepted.containsKey(context.id())) {
                int result = acceptance.contexts().stream()
                        .filter(answer -> answer.id() == context.id())
                        .mapToInt(Pdu.ContextResult::result)
                        .findFirst()
                        .orElse(RefusedContext.UNANSWERED);
                refused.add(new RefusedContext(context.id(), context.abstractSyntax(), result));
            }
        }
        return new AcceptedContexts(accepted, refused);
    }

    private static Map<Uid, Role> roles(UserInformation information) {
        Map<Uid, Role> roles = new HashMap<>();
        information.roles().forEach(role -> roles.put(role.sopClass(), role));
        return roles;
    }

    List<AcceptedContext> all() {
        return List.copyOf(byId.values());
    }

    List<RefusedContext> refused() {
        return refused;
    }

    Set<Integer> ids() {
        return Set.copyOf(byId.keySet());
    }

    AcceptedContext require(int id) {
        AcceptedContext context = byId.get(id);
        if (context == null) {
            throw new IllegalStateException("a message in a context that was not accepted");
        }
        return context;
    }

    Optional<AcceptedContext> forClass(Uid sopClass, Collection<TransferSyntax> syntaxes) {
        for (TransferSyntax syntax : syntaxes) {
            for (AcceptedContext context : byId.values()) {
                if (context.requestorIsScu()
                        && context.sopClass().equals(sopClass)
                        && context.syntax().equals(syntax)) {
                    return Optional.of(context);
                }
            }
        }
        return Optional.empty();
    }

    /** A context to invoke an operation of this SOP class in. */
    AcceptedContext requireAny(Uid sopClass) throws IOException {
        return byId.values().stream()
                .filter(context ->
                        context.requestorIsScu() && context.sopClass().equals(sopClass))
                .findFirst()
                .orElseThrow(() -> new IOException("the called side accepted no presentation context for " + sopClass));
    }
}
