package org.strongroom.dimse;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.Uids;
import org.strongroom.dimse.AssociationPolicy.ProposedContext;
import org.strongroom.dimse.UserInformation.AsyncWindow;
import org.strongroom.dimse.UserInformation.CommonExtendedNegotiation;
import org.strongroom.dimse.UserInformation.ExtendedNegotiation;
import org.strongroom.dimse.UserInformation.Role;
import org.strongroom.dimse.UserInformation.UserIdentity;

/** What a requestor asks for in its A-ASSOCIATE-RQ, PS3.8 section 9.3.2; immutable, each method gives another one. */
public final class Proposal {
    /** Presentation context identifiers are odd and of one byte, PS3.8 section 9.3.2.2. */
    public static final int MOST_CONTEXTS = 128;

    private static final int MAXIMUM_LENGTH = 256 * 1024;

    private final AeTitle called;
    private final AeTitle calling;
    private final List<ProposedContext> contexts;
    private final UserInformation userInformation;

    private Proposal(AeTitle called, AeTitle calling, List<ProposedContext> contexts, UserInformation userInformation) {
        this.called = called;
        this.calling = calling;
        this.contexts = List.copyOf(contexts);
        this.userInformation = userInformation;
    }

    /** A proposal without contexts. */
    public static Proposal to(AeTitle called, AeTitle calling) {
        return new Proposal(called, calling, List.of(), UserInformation.ours(MAXIMUM_LENGTH));
    }

    /**
     * One more presentation context; the acceptor chooses one of the transfer syntaxes.
     *
     * @throws IllegalArgumentException when there are 128 already
     */
    public Proposal context(Uid abstractSyntax, List<TransferSyntax> syntaxes) {
        if (contexts.size() == MOST_CONTEXTS) {
            throw new IllegalArgumentException("an association has at most 128 presentation contexts");
        }
        List<ProposedContext> more = new ArrayList<>(contexts);
        more.add(new ProposedContext(2 * contexts.size() + 1, abstractSyntax, List.copyOf(syntaxes)));
        return new Proposal(called, calling, more, userInformation);
    }

    public Proposal context(Uid abstractSyntax, TransferSyntax... syntaxes) {
        return context(abstractSyntax, List.of(syntaxes));
    }

    /** Proposes to be SCP, and SCU or not, of a SOP class: for C-GET, PS3.7 D.3.3.4. */
    public Proposal role(Uid sopClass, boolean scu, boolean scp) {
        UserInformation u = userInformation;
        List<Role> roles = new ArrayList<>(u.roles());
        roles.removeIf(role -> role.sopClass().equals(sopClass));
        roles.add(new Role(sopClass, scu, scp));
        return with(u.maximumLength(), u.asyncWindow(), roles, u.extended(), u.identity());
    }

    /** The longest P-DATA-TF we take, in bytes. */
    public Proposal maximumLength(int bytes) {
        UserInformation u = userInformation;
        return with(bytes, u.asyncWindow(), u.roles(), u.extended(), u.identity());
    }

    public Proposal asyncWindow(AsyncWindow window) {
        UserInformation u = userInformation;
        return with(u.maximumLength(), Optional.of(window), u.roles(), u.extended(), u.identity());
    }

    public Proposal extended(ExtendedNegotiation negotiation) {
        UserInformation u = userInformation;
        List<ExtendedNegotiation> extended = new ArrayList<>(u.extended());
        extended.add(negotiation);
        return with(u.maximumLength(), u.asyncWindow(), u.roles(), extended, u.identity());
    }

    public Proposal identity(UserIdentity identity) {
        UserInformation u = userInformation;
        return with(u.maximumLength(), u.asyncWindow(), u.roles(), u.extended(), Optional.of(identity));
    }

    /** Says of what service class a SOP class is, PS3.7 D.3.3.6; acceptors don't answer it. */
    public Proposal commonExtended(CommonExtendedNegotiation negotiation) {
        UserInformation u = userInformation;
        List<CommonExtendedNegotiation> common = new ArrayList<>(u.commonExtended());
        common.add(negotiation);
        return new Proposal(
                called,
                calling,
                contexts,
                new UserInformation(
                        u.maximumLength(),
                        u.implementationClass(),
                        u.implementationVersion(),
                        u.asyncWindow(),
                        u.roles(),
                        u.extended(),
                        common,
                        u.identity(),
                        Optional.empty()));
    }

    public AeTitle called() {
        return called;
    }

    public AeTitle calling() {
        return calling;
    }

    public List<ProposedContext> contexts() {
        return contexts;
    }

    public UserInformation userInformation() {
        return userInformation;
    }

    private Proposal with(
            long maximumLength,
            Optional<AsyncWindow> window,
            List<Role> roles,
            List<ExtendedNegotiation> extended,
            Optional<UserIdentity> identity) {
        UserInformation u = userInformation;
        return new Proposal(
                called,
                calling,
                contexts,
                new UserInformation(
                        maximumLength,
                        u.implementationClass(),
                        u.implementationVersion(),
                        window,
                        roles,
                        extended,
                        u.commonExtended(),
                        identity,
                        Optional.empty()));
    }

    Pdu.AssociateRq request() {
        return new Pdu.AssociateRq(
                1,
                called.value(),
                calling.value(),
                Optional.of(Uids.DICOMApplicationContext),
                contexts,
                userInformation);
    }
}
