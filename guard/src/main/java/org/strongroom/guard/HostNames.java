package org.strongroom.guard;

import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Whether a certificate is for a host: by subject alternative name only, RFC 9525; the common name does not count. */
final class HostNames {
    private static final int DNS = 2;
    private static final int ADDRESS = 7;
    private static final Pattern NAME =
            Pattern.compile("(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}))*");
    private static final Pattern V4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");

    private HostNames() {}

    static boolean matches(X509Certificate certificate, String host) {
        Collection<List<?>> names;
        try {
            names = certificate.getSubjectAlternativeNames();
        } catch (CertificateParsingException e) {
            return false; // names that can't be read name nobody
        }
        return names != null && names.stream().anyMatch(n -> matches(n, host));
    }

    private static boolean matches(List<?> name, String host) {
        if (!(name.get(0) instanceof Integer type) || !(name.get(1) instanceof String value)) {
            return false;
        }
        if (isAddress(host)) {
            return type == ADDRESS && InetAddress.ofLiteral(value).equals(InetAddress.ofLiteral(host));
        }
        String wanted = host.toLowerCase(Locale.ROOT);
        String given = value.toLowerCase(Locale.ROOT);
        if (type != DNS) {
            return false;
        }
        if (given.startsWith("*.")) { // a whole left-most label, RFC 9525 section 6.3
            int dot = wanted.indexOf('.');
            return dot > 0 && wanted.substring(dot).equals(given.substring(1));
        }
        return wanted.equals(given);
    }

    static boolean isAddress(String host) {
        if (host.indexOf(':') < 0 && !V4.matcher(host).matches()) {
            return false;
        }
        try {
            InetAddress.ofLiteral(host);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    static boolean isName(String host) {
        return NAME.matcher(host).matches() && !V4.matcher(host).matches();
    }
}
