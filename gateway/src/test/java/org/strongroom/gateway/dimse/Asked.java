package org.strongroom.gateway.dimse;

import java.util.List;
import java.util.Optional;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.AssociationPolicy.AssociateRequest;
import org.strongroom.dimse.AssociationPolicy.ProposedContext;
import org.strongroom.dimse.UserInformation;

/** A request for an association with one presentation context. */
record Asked(
        String calledAeTitle,
        String callingAeTitle,
        boolean scpRole,
        Uid abstractSyntax,
        List<TransferSyntax> transferSyntaxes)
        implements AssociateRequest {
    @Override
    public List<ProposedContext> contexts() {
        return List.of(new ProposedContext(1, abstractSyntax, transferSyntaxes));
    }

    @Override
    public Uid implementationClass() {
        return new Uid("1.2.3");
    }

    @Override
    public Optional<String> implementationVersion() {
        return Optional.empty();
    }

    @Override
    public boolean proposesScpRole(Uid sopClass) {
        return scpRole;
    }

    @Override
    public UserInformation userInformation() {
        return UserInformation.ours(0);
    }
}
