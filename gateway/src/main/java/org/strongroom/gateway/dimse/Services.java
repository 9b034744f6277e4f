package org.strongroom.gateway.dimse;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.Uids;
import org.strongroom.gateway.InformationModel;
import org.strongroom.guard.DeviceRecord.Service;

/** Which service an abstract syntax stands for, PS3.4. */
final class Services {
    /** PS3.4 table C.6.1.3-1 and C.6.2.3-1; Patient/Study Only is retired and left out. */
    private static final Map<Uid, Offer> QUERY_RETRIEVE = Map.of(
            Uids.PatientRootQueryRetrieveInformationModelFind,
                    new Offer(Service.FIND, Optional.of(InformationModel.PATIENT_ROOT)),
            Uids.PatientRootQueryRetrieveInformationModelMove,
                    new Offer(Service.MOVE, Optional.of(InformationModel.PATIENT_ROOT)),
            Uids.PatientRootQueryRetrieveInformationModelGet,
                    new Offer(Service.GET, Optional.of(InformationModel.PATIENT_ROOT)),
            Uids.StudyRootQueryRetrieveInformationModelFind,
                    new Offer(Service.FIND, Optional.of(InformationModel.STUDY_ROOT)),
            Uids.StudyRootQueryRetrieveInformationModelMove,
                    new Offer(Service.MOVE, Optional.of(InformationModel.STUDY_ROOT)),
            Uids.StudyRootQueryRetrieveInformationModelGet,
                    new Offer(Service.GET, Optional.of(InformationModel.STUDY_ROOT)));

    private static final Set<Uid> STORAGE = storage();

    /** New Storage SOP classes are given out below this root. */
    private static final String STORAGE_ROOT = "1.2.840.10008.5.1.4.1.1.";

    private static final String STANDARD_ROOT = "1.2.840.10008.";

    private Services() {}

    /** A service, and for queries and retrievals the information model. */
    record Offer(Service service, Optional<InformationModel> model) {}

    /**
     * What an abstract syntax asks for; empty when we do not offer it. One that isn't the standard's (a private SOP class),
     * and one below the root of the Storage SOP classes that our edition of the standard does not have, is taken for storage: its
     * instances are kept as opaquely as all others.
     */
    static Optional<Offer> of(Uid abstractSyntax) {
        if (abstractSyntax.equals(Uids.Verification)) {
            return Optional.of(new Offer(Service.ECHO, Optional.empty()));
        }
        Offer offer = QUERY_RETRIEVE.get(abstractSyntax);
        if (offer != null) {
            return Optional.of(offer);
        }
        return isStorage(abstractSyntax) ? Optional.of(new Offer(Service.STORE, Optional.empty())) : Optional.empty();
    }

    private static boolean isStorage(Uid uid) {
        return STORAGE.contains(uid)
                || uid.value().startsWith(STORAGE_ROOT)
                || !uid.value().startsWith(STANDARD_ROOT);
    }

    private static Set<Uid> storage() {
        Set<Uid> classes = new HashSet<>(Dictionary.standard().storageSopClasses());
        classes.remove(Uids.MediaStorageDirectoryStorage); // a DICOMDIR, PS3.3 annex F, is no instance of a study
        return Set.copyOf(classes);
    }
}
