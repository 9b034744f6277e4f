package org.strongroom.dimse;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.strongroom.dicom.Implementation;
import org.strongroom.dicom.Uid;

/**
 * The user information item of A-ASSOCIATE-RQ and -AC, PS3.8 annex D and PS3.7 annex D.3.3.
 *
 * @param maximumLength longest P-DATA-TF variable field the sender takes, in bytes; 0 is no limit
 * @param implementationClass required by the standard, left out by some devices
 */
public record UserInformation(
        long maximumLength,
        Optional<Uid> implementationClass,
        Optional<String> implementationVersion,
        Optional<AsyncWindow> asyncWindow,
        List<Role> roles,
        List<ExtendedNegotiation> extended,
        List<CommonExtendedNegotiation> commonExtended,
        Optional<UserIdentity> identity,
        Optional<Octets> identityResponse) {
    public UserInformation {
        roles = List.copyOf(roles);
        extended = List.copyOf(extended);
        commonExtended = List.copyOf(commonExtended);
    }

    /** What this implementation says of itself, with nothing negotiated. */
    public static UserInformation ours(long maximumLength) {
        return new UserInformation(
                maximumLength,
                Optional.of(Implementation.classUid),
                Optional.of(Implementation.versionName),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty());
    }

    /** Operations that may be outstanding at once, PS3.7 D.3.3.3; 0 is no limit. */
    public record AsyncWindow(int invoked, int performed) {}

    /** SCP/SCU role selection for one SOP class, PS3.7 D.3.3.4. */
    public record Role(Uid sopClass, boolean scu, boolean scp) {}

    /** SOP class extended negotiation, PS3.7 D.3.3.5; what the bytes mean is the service class's affair. */
    public record ExtendedNegotiation(Uid sopClass, Octets information) {}

    /** SOP class common extended negotiation, PS3.7 D.3.3.6. */
    public record CommonExtendedNegotiation(Uid sopClass, Uid serviceClass, List<Uid> relatedGeneralSopClasses) {
        public CommonExtendedNegotiation {
            relatedGeneralSopClasses = List.copyOf(relatedGeneralSopClasses);
        }
    }

    /**
     * User identity, PS3.7 D.3.3.7. Its fields are secrets: they are never printed.
     *
     * @param type 1 user name, 2 user name and passcode, 3 Kerberos ticket, 4 SAML assertion, 5 JSON Web Token
     */
    public record UserIdentity(int type, boolean responseRequested, Octets primary, Octets secondary) {
        public static UserIdentity userName(String name, boolean responseRequested) {
            return new UserIdentity(1, responseRequested, utf8(name), Octets.NONE);
        }

        public static UserIdentity passcode(String name, String passcode, boolean responseRequested) {
            return new UserIdentity(2, responseRequested, utf8(name), utf8(passcode));
        }

        public static UserIdentity kerberos(Octets ticket, boolean responseRequested) {
            return new UserIdentity(3, responseRequested, ticket, Octets.NONE);
        }

        public static UserIdentity saml(String assertion, boolean responseRequested) {
            return new UserIdentity(4, responseRequested, utf8(assertion), Octets.NONE);
        }

        public static UserIdentity jsonWebToken(String token, boolean responseRequested) {
            return new UserIdentity(5, responseRequested, utf8(token), Octets.NONE);
        }

        private static Octets utf8(String text) {
            return Octets.of(text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
