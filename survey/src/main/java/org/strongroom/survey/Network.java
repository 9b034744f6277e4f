package org.strongroom.survey;

import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A block of addresses in CIDR notation, RFC 4632 and RFC 4291 section 2.3. Names are never resolved. */
record Network(InetAddress first, int prefixBits) {
    private static final Pattern DOTTED = Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");
    private static final Pattern COLONS = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*");
    private static final Pattern PREFIX = Pattern.compile("0|[1-9][0-9]{0,2}");

    /**
     * Reads {@code 127.0.0.0/24}, {@code ::1/128}, or one address alone.
     *
     * @throws ScopeRefusedException when it is none, or has bits set behind its prefix
     */
    static Network parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = address(slash < 0 ? text : text.substring(0, slash));
        int width = address.getAddress().length * 8;
        String bits = slash < 0 ? Integer.toString(width) : text.substring(slash + 1);
        if (!PREFIX.matcher(bits).matches() || Integer.parseInt(bits) > width) {
            throw new ScopeRefusedException("network \"" + shown(text) + "\": the prefix must be 0 to " + width);
        }
        int prefix = Integer.parseInt(bits);
        BigInteger host = BigInteger.ONE.shiftLeft(width - prefix).subtract(BigInteger.ONE);
        if (number(address).and(host).signum() != 0) {
            throw new ScopeRefusedException("network \"" + shown(text) + "\" has bits set behind its prefix; write "
                    + address(number(address).andNot(host), width / 8).getHostAddress() + "/" + prefix
                    + ", or /" + width + " for the one address");
        }
        return new Network(address, prefix);
    }

    /** An address written in full; a name, or a shortened form such as 127.1, is refused. */
    static InetAddress address(String text) {
        if (DOTTED.matcher(text).matches() || COLONS.matcher(text).matches()) {
            try {
                return InetAddress.ofLiteral(text);
            } catch (IllegalArgumentException e) {
                throw notAnAddress(text);
            }
        }
        throw notAnAddress(text);
    }

    private static ScopeRefusedException notAnAddress(String text) {
        return new ScopeRefusedException("\"" + shown(text)
                + "\" is not an address; write it in numbers, for example 127.0.0.1 or 127.0.0.0/28");
    }

    /** Text of unknown origin, fit for one line of a message. */
    static String shown(String text) {
        String line = text.replaceAll("[^\\x20-\\x7E]", "?");
        return line.length() <= 60 ? line : line.substring(0, 60) + "...";
    }

    boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != first.getAddress().length) {
            return false;
        }
        int hostBits = bytes.length * 8 - prefixBits;
        return number(address).shiftRight(hostBits).equals(number(first).shiftRight(hostBits));
    }

    /** Whether every address of it is this machine, RFC 1122 section 3.2.1.3 and RFC 4291 section 2.5.3. */
    boolean isLoopback() {
        return first.isLoopbackAddress() && prefixBits >= (first instanceof Inet4Address ? 8 : 128);
    }

    BigInteger size() {
        return BigInteger.ONE.shiftLeft(first.getAddress().length * 8 - prefixBits);
    }

    /** All addresses in order; made as they are read. */
    Stream<InetAddress> addresses() {
        int length = first.getAddress().length;
        BigInteger end = number(first).add(size());
        return Stream.iterate(number(first), n -> n.compareTo(end) < 0, n -> n.add(BigInteger.ONE))
                .map(n -> address(n, length));
    }

    private static BigInteger number(InetAddress address) {
        return new BigInteger(1, address.getAddress());
    }

    private static InetAddress address(BigInteger number, int length) {
        byte[] magnitude = number.toByteArray();
        byte[] bytes = new byte[length];
        int count = Math.min(length, magnitude.length);
        System.arraycopy(magnitude, magnitude.length - count, bytes, length - count, count);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes, not " + length, e);
        }
    }

    @Override
    public String toString() {
        return first.getHostAddress() + "/" + prefixBits;
    }
}
