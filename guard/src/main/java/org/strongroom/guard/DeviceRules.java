package org.strongroom.guard;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.strongroom.dicom.SpecificCharacterSet;

/** What a device and an administrator must look like to be enrolled. */
final class DeviceRules {
    static final int MAX_AE_TITLES = 64;
    private static final int MAX_MOVE_TO = 1024;
    private static final int MAX_TERMS = 8;
    private static final int MAX_PEM = 64 * 1024;
    private static final Duration LONGEST_CLEAR = Duration.ofDays(367);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{64}");
    /** PS3.5 table 6.2-1, AE: default repertoire without backslash and control characters; not only spaces. */
    private static final Pattern AE_TITLE = Pattern.compile("[!-\\[\\]-~]([ -\\[\\]-~]{0,14}[!-\\[\\]-~])?");

    private static final Pattern USER = Pattern.compile("[^\\p{Cntrl}:/]{1,64}");

    private DeviceRules() {}

    static void check(DeviceRecord device, Instant now) throws EnrolmentException {
        if (!NAME.matcher(device.name()).matches()) {
            throw new EnrolmentException("a device name has 1 to 64 characters of letters, digits, point, _ and -");
        }
        if (device.aeTitles().isEmpty() || device.aeTitles().size() > MAX_AE_TITLES) {
            throw new EnrolmentException("a device has 1 to " + MAX_AE_TITLES + " AE titles: --aet");
        }
        for (String title : device.aeTitles()) {
            if (!AE_TITLE.matcher(title).matches()) {
                throw new EnrolmentException(
                        "an AE title has 1 to 16 ASCII characters, no backslash, and does not begin"
                                + " or end with a space: --aet");
            }
        }
        if (device.moveTo().size() > MAX_MOVE_TO) {
            throw new EnrolmentException("a device moves to " + MAX_MOVE_TO + " others at most: --move-to");
        }
        if (!FINGERPRINT.matcher(device.fingerprint()).matches()) {
            throw new EnrolmentException("a fingerprint is the SHA-256 of a certificate: 64 hex digits, lower case");
        }
        if (!now.isBefore(device.expires())) {
            throw new EnrolmentException("the certificate of " + device.name() + " has expired; issue a new one");
        }
        if (device.revoked().isPresent()) {
            throw new EnrolmentException(device.name() + " is revoked; issue a new certificate and add it with that");
        }
        if (device.assumed().isPresent()) {
            checkCharacterSet(device.assumed().get());
        }
        if (device.destination().isPresent()) {
            checkDestination(device.destination().get(), now);
        }
    }

    static void checkCharacterSet(SpecificCharacterSet assumed) throws EnrolmentException {
        if (assumed.terms().isEmpty() || assumed.terms().size() > MAX_TERMS) {
            throw new EnrolmentException("--charset has 1 to " + MAX_TERMS + " terms, backslashes between them");
        }
        List<String> wrong = new ArrayList<>(assumed.unknownTerms());
        wrong.addAll(assumed.irregularTerms());
        if (!wrong.isEmpty()) {
            throw new EnrolmentException("--charset: " + wrong.getFirst() + " does not stand so in PS3.3 section"
                    + " C.12.1.1.2, as \"ISO_IR 100\" and \"\\ISO 2022 IR 87\" do");
        }
    }

    private static void checkDestination(DeviceRecord.Destination destination, Instant now) throws EnrolmentException {
        String host = destination.host();
        if (!HostNames.isName(host) && !HostNames.isAddress(host)) {
            throw new EnrolmentException("--address HOST:PORT: the host is neither a name nor an address");
        }
        if (destination.port() < 1 || destination.port() > 65535) {
            throw new EnrolmentException("--address HOST:PORT: a port is 1 to 65535");
        }
        if (destination.trustPem().isPresent()) {
            checkTrust(destination.trustPem().get());
        }
        if (destination.clearUntil().isPresent()
                && !now.isBefore(destination.clearUntil().get())) {
            throw new EnrolmentException("--clear-until lies in the past");
        }
        if (destination.clearUntil().isPresent()
                && destination.clearUntil().get().isAfter(now.plus(LONGEST_CLEAR))) {
            throw new EnrolmentException(
                    "--clear-until lies more than a year ahead: an exception ends, and is renewed while it is needed");
        }
    }

    private static void checkTrust(String pem) throws EnrolmentException {
        if (pem.length() > MAX_PEM) {
            throw new EnrolmentException("--trust: certificates in PEM format of at most " + MAX_PEM
                    + " characters are kept; name a file with the one it shows, or its authority's");
        }
        try {
            Pem.certificates(pem);
        } catch (IOException e) {
            throw new EnrolmentException("--trust: " + e.getMessage());
        }
    }

    static void checkUser(String user) throws EnrolmentException {
        if (!USER.matcher(user).matches()) {
            throw new EnrolmentException("a user name has 1 to 64 characters, no colon, slash or control character");
        }
    }
}
