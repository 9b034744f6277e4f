package org.strongroom.survey;

import java.util.Optional;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.AeTitle;
import org.strongroom.dimse.SurveyAssociation.Ending;

/**
 * What one connection showed. Nothing of a response's data set is in it.
 *
 * @param inTls whether TLS was tried; {@code tls} says whether it came about
 * @param called the AE title the peer was called by
 * @param echo Status of C-ECHO, PS3.7 section 9.1.5; empty when it was not asked or not answered
 * @param count of study records; empty when C-FIND was not asked or not answered
 */
record Look(
        boolean inTls,
        AeTitle called,
        Verdict verdict,
        long sentBytes,
        long receivedBytes,
        Optional<Tls> tls,
        Optional<Rejection> rejection,
        Optional<Uid> implementationClass,
        Optional<String> implementationVersion,
        Optional<Integer> echo,
        Optional<Count> count) {

    static Look of(boolean inTls, AeTitle called, Verdict verdict, long sentBytes, long receivedBytes) {
        return new Look(
                inTls,
                called,
                verdict,
                sentBytes,
                receivedBytes,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** What was agreed; the peer's certificate is recorded, not judged. */
    record Tls(String protocol, String cipherSuite) {}

    /** A-ASSOCIATE-RJ, PS3.8 table 9-21. */
    record Rejection(int result, int source, int reason) {
        /** The peer doesn't know the AE title it was called by; another of the declared ones may be tried. */
        boolean calledTitleUnknown() {
            return result == 1 && source == 1 && reason == 7;
        }
    }

    /**
     * Study records a stranger is shown.
     *
     * @param studies pending responses of one C-FIND at STUDY level
     * @param atLeast whether there may be more
     * @param ending why counting ended
     * @param status the final Status, 0 when the peer said that these were all; empty when it gave none
     */
    record Count(int studies, boolean atLeast, Ending ending, Optional<Integer> status) {}
}
