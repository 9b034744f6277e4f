package org.strongroom.dimse;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.Uids;

/** What services and syntaxes are called in words. */
final class ServiceNames {
    private ServiceNames() {}

    /** As PS3.6 has it; the UID itself for one it does not have. */
    static String of(Uid uid) {
        return Dictionary.standard().uidName(uid).orElse(uid.value());
    }

    /** The services that contexts stand for, each once, in their order. */
    static Set<String> services(List<AcceptedContext> contexts) {
        Set<String> services = new LinkedHashSet<>();
        for (AcceptedContext context : contexts) {
            Uid sopClass = context.sopClass();
            if (sopClass.equals(Uids.Verification)) {
                services.add("echo");
            } else if (sopClass.equals(Uids.StudyRootQueryRetrieveInformationModelFind)
                    || sopClass.equals(Uids.PatientRootQueryRetrieveInformationModelFind)) {
                services.add("find");
            } else if (sopClass.equals(Uids.StudyRootQueryRetrieveInformationModelMove)
                    || sopClass.equals(Uids.PatientRootQueryRetrieveInformationModelMove)) {
                services.add("move");
            } else if (sopClass.equals(Uids.StudyRootQueryRetrieveInformationModelGet)
                    || sopClass.equals(Uids.PatientRootQueryRetrieveInformationModelGet)) {
                services.add("get");
            } else if (context.requestorIsScu()) {
                services.add("store");
            }
        }
        return services;
    }
}
