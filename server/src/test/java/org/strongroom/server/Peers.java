package org.strongroom.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What starting other people's archives has in common. */
final class Peers {
    private Peers() {}

    /** Starts one that will listen on {@code port}, and waits until it does; what it writes goes to {@code log}. */
    static Process start(List<String> command, int port, Path log) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        // Without it DCMTK waits 40 ms for an acknowledgement before each answer.
        builder.environment().put("TCP_NODELAY", "1");
        Process process = builder.start();
        awaitPort(port, process, log);
        return process;
    }

    /** Waits until something listens there; a process that ends before is an error with what it wrote. */
    private static void awaitPort(int port, Process process, Path log) throws IOException, InterruptedException {
        for (int i = 0; i < 600; i++) {
            if (!process.isAlive()) {
                throw new IOException("ended with " + process.exitValue() + ": " + Files.readString(log));
            }
            try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException e) {
                Thread.sleep(50);
            }
        }
        process.destroyForcibly();
        throw new IOException("nothing listens on " + port + ": " + Files.readString(log));
    }

    /** Ends a process and those it started. */
    static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().onExit().join();
    }
}
