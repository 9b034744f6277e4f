package org.strongroom.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The server. */
@Command(name = "serve", description = "Run the server until Ctrl-C or SIGTERM.", mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
    private final Invocation invocation;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            required = true,
            description = "strongroom.toml, as init writes it")
    private String file = "";

    ServeCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        Configuration configuration = Configuration.read(invocation.path(file));
        DataDirectory directory = configuration.directory();
        if (directory.isDemo()) {
            throw new Failure(directory.root() + " was made by demo, whose device key lies there for all to use;"
                    + " make an archive with: strongroom init DIR");
        }
        InetSocketAddress address = new InetSocketAddress(configuration.address(), configuration.port());
        OpenArchive archive = OpenArchive.open(directory);
        Server server = Server.start(archive, configuration.aet(), address);
        Stop.onSignal(server::close);
        invocation.out().println(server.readyLine());
        if (directory.sharesVolume()) {
            invocation.err().println("Keys and data share a volume: a thief of the disk has both (strongroom doctor).");
        }
        Stop.await();
        return CommandLines.DONE;
    }
}
