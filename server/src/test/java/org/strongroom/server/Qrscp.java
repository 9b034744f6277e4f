package org.strongroom.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.strongroom.dimse.AeTitle;
import org.strongroom.dimse.Association;
import org.strongroom.dimse.PeerAddress;
import org.strongroom.dimse.Proposal;
import org.strongroom.dimse.Timeouts;
import org.strongroom.testkit.Programs;

/** DCMTK's archive, dcmqrscp, in clear text on a free port of loopback; what it stored stays in its folder. */
final class Qrscp implements AutoCloseable {
    static final AeTitle AET = new AeTitle("QRSCP");

    private final int port;
    private final Process process;

    private Qrscp(int port, Process process) {
        this.port = port;
        this.process = process;
    }

    /**
     * Starts it, or skips the test where it is not installed.
     *
     * @param destinations where it may move to: ports of loopback by AE title
     * @param options as dcmqrscp has them
     */
    static Qrscp start(Path folder, Map<String, Integer> destinations, String... options)
            throws IOException, InterruptedException {
        Path program = Programs.require("dcmqrscp");
        Path storage = Files.createDirectories(folder.resolve("storage"));
        int port = Programs.freePort();
        List<String> hosts = destinations.entrySet().stream()
                .map(one -> one.getKey().toLowerCase(Locale.ROOT) + " = (" + one.getKey() + ", 127.0.0.1, "
                        + one.getValue() + ")")
                .toList();
        Path configuration = folder.resolve("dcmqrscp.cfg");
        Files.writeString(configuration, """
                NetworkTCPPort = %d
                MaxPDUSize = 65536
                MaxAssociations = 16
                HostTable BEGIN
                %s
                HostTable END
                VendorTable BEGIN
                VendorTable END
                AETable BEGIN
                %s %s RW (2000, 1024mb) ANY
                AETable END
                """.formatted(port, String.join("\n", hosts), AET, storage));
        List<String> line = new ArrayList<>(List.of(program.toString(), "-c", configuration.toString()));
        line.addAll(List.of(options));
        return new Qrscp(port, Peers.start(line, port, folder.resolve("dcmqrscp.log")));
    }

    int port() {
        return port;
    }

    Association associate(Proposal proposal) throws IOException {
        PeerAddress peer =
                new PeerAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), Optional.empty());
        return Association.request(peer, proposal, Timeouts.DEFAULT);
    }

    static Proposal proposal() {
        return Proposal.to(AET, new AeTitle("TESTER"));
    }

    @Override
    public void close() {
        Peers.end(process);
    }
}
