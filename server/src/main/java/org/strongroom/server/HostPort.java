package org.strongroom.server;

/** A place on the network as people write it: {@code HOST:PORT}, {@code [ADDRESS]:PORT} for IPv6. */
record HostPort(String host, int port) {
    /** @param option named in the message where {@code text} is none */
    static HostPort parse(String option, String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 1 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            host = "";
        }
        int port;
        try {
            port = colon < 1 ? 0 : Integer.parseInt(text.substring(colon + 1));
        } catch (NumberFormatException e) {
            port = 0;
        }
        if (host.isEmpty() || port < 1 || port > 65535) {
            throw Failure.misuse(option + " " + text + " is not HOST:PORT, such as 10.0.0.7:104 or [::1]:104");
        }
        return new HostPort(host, port);
    }
}
