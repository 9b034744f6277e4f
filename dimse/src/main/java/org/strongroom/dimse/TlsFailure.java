package org.strongroom.dimse;

import java.io.IOException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** A connection on which TLS did not come about: no common protocol, or one side does not trust the other. */
public final class TlsFailure extends IOException implements Refusal {
    private static final long serialVersionUID = 1;

    /** What stood in the way. */
    public enum Cause {
        /** What came was no TLS. */
        NO_TLS,
        /** The other side closed in the middle of the handshake. */
        BROKEN_OFF,
        /** The other side's certificate is not in its time. */
        ITS_CERTIFICATE_EXPIRED,
        /** The other side's certificate is not from the authority we trust, or is for another name. */
        ITS_CERTIFICATE_UNTRUSTED,
        /** The other side asks for a certificate, and we showed none. */
        OURS_MISSING,
        /** The other side does not take our certificate. */
        OURS_REFUSED,
        /** No protocol version or cipher suite in common. */
        NOTHING_IN_COMMON,
        OTHER
    }

    private final Cause cause;

    private TlsFailure(String sentence, Cause cause, Throwable thrown) {
        super(sentence, thrown);
        this.cause = cause;
    }

    static TlsFailure of(String place, SSLException thrown) {
        Cause cause = cause(thrown);
        return new TlsFailure("TLS with " + place + " failed: " + words(cause, thrown), cause, thrown);
    }

    /** Whether an alert ended it: in TLS 1.3 the refusal of our certificate comes after our side of the handshake. */
    static Optional<SSLException> alert(Throwable thrown) {
        for (Throwable each = thrown; each != null; each = each.getCause()) {
            if (each instanceof SSLException tls && text(tls).contains("alert")) {
                return Optional.of(tls);
            }
        }
        return Optional.empty();
    }

    private static String text(Throwable thrown) {
        return String.valueOf(thrown.getMessage()).toLowerCase(Locale.ROOT);
    }

    private static Cause cause(SSLException thrown) {
        for (Throwable each = thrown; each != null; each = each.getCause()) {
            if (each instanceof CertificateExpiredException || each instanceof CertificateNotYetValidException) {
                return Cause.ITS_CERTIFICATE_EXPIRED;
            }
            if (each instanceof CertPathValidatorException
                    || each instanceof java.security.cert.CertificateException
                    || each instanceof java.security.cert.CertPathBuilderException) {
                return text(each).contains("expired") ? Cause.ITS_CERTIFICATE_EXPIRED : Cause.ITS_CERTIFICATE_UNTRUSTED;
            }
        }
        String text = text(thrown);
        if (text.contains("unsupported or unrecognized")) {
            return Cause.NO_TLS;
        }
        if (text.contains("certificate_required") || text.contains("no_certificate")) {
            return Cause.OURS_MISSING;
        }
        if (text.contains("alert")) {
            return text.contains("certificate")
                            || text.contains("unknown_ca")
                            || text.contains("access_denied")
                            || text.contains("decrypt_error")
                    ? Cause.OURS_REFUSED
                    : Cause.NOTHING_IN_COMMON;
        }
        if (text.contains("remote host terminated") || text.contains("eof") || text.contains("closed")) {
            return Cause.BROKEN_OFF;
        }
        return text.contains("protocol") || text.contains("cipher") ? Cause.NOTHING_IN_COMMON : Cause.OTHER;
    }

    private static String words(Cause cause, SSLException thrown) {
        return switch (cause) {
            case NO_TLS -> "what it answered is no TLS; it seems to speak clear text";
            case BROKEN_OFF -> "it closed the connection in the middle of the handshake";
            case ITS_CERTIFICATE_EXPIRED -> "its certificate has expired, or is not valid yet";
            case ITS_CERTIFICATE_UNTRUSTED -> "we do not trust its certificate: " + deepest(thrown);
            case OURS_MISSING -> "it wants a certificate of ours";
            case OURS_REFUSED -> "it refused our certificate (" + thrown.getMessage() + ")";
            case NOTHING_IN_COMMON -> "no protocol or cipher suite in common (" + thrown.getMessage() + ")";
            case OTHER -> String.valueOf(thrown.getMessage());
        };
    }

    private static String deepest(Throwable thrown) {
        Throwable each = thrown;
        while (each.getCause() != null) {
            each = each.getCause();
        }
        return String.valueOf(each.getMessage());
    }

    public Cause why() {
        return cause;
    }

    /** Whether it is the called side that refuses, rather than this one. */
    public boolean isTheirs() {
        return cause == Cause.OURS_MISSING || cause == Cause.OURS_REFUSED || cause == Cause.BROKEN_OFF;
    }

    @Override
    public String advice() {
        return switch (cause) {
            case NO_TLS -> "have it speak TLS on this port, or call the port where it does";
            case BROKEN_OFF -> "look into its log: a missing or refused certificate is the usual reason";
            case ITS_CERTIFICATE_EXPIRED -> "renew its certificate, or correct the clock of one of the two machines";
            case ITS_CERTIFICATE_UNTRUSTED ->
                "name the authority that issued its certificate, and call it by the name in it";
            case OURS_MISSING -> "call with a key and certificate it knows";
            case OURS_REFUSED -> "have our certificate enrolled there, and renewed where it has expired";
            case NOTHING_IN_COMMON -> "update the software that knows neither TLS 1.2 with AEAD suites nor TLS 1.3";
            case OTHER -> "look into its log";
        };
    }
}
