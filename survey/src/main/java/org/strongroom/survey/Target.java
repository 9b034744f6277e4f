package org.strongroom.survey;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** One port of one address. */
record Target(InetAddress address, int port) {
    /** @throws ScopeRefusedException when {@code text} is not ADDRESS:PORT, with an IPv6 address in brackets */
    static Target parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        Ports port = colon < 0 ? new Ports(List.of()) : Ports.parse(text.substring(colon + 1));
        if (host.isEmpty() || port.count() != 1 || bracketed != host.contains(":")) {
            throw new ScopeRefusedException(
                    "target \"" + Network.shown(text) + "\": write ADDRESS:PORT, for example 127.0.0.1:11112");
        }
        InetAddress address = Network.address(bracketed ? host.substring(1, host.length() - 1) : host);
        return new Target(address, port.ranges().getFirst().first());
    }

    InetSocketAddress socketAddress() {
        return new InetSocketAddress(address, port);
    }

    @Override
    public String toString() {
        String host = address.getHostAddress();
        return (address instanceof Inet6Address ? "[" + host + "]" : host) + ":" + port;
    }
}
