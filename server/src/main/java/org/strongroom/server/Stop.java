package org.strongroom.server;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CountDownLatch;

/** Ends a server in order when SIGTERM or Ctrl-C asks for it: exit status 0, or 1 when closing failed. */
final class Stop {
    private static final Logger LOG = System.getLogger(Stop.class.getName());

    private Stop() {}

    interface Closing {
        void close() throws IOException;
    }

    /** Java reports a signal's end with 128 + its number; a stop that was asked for is a success, so it halts itself. */
    static void onSignal(Closing closing) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(close(closing)), "stop"));
    }

    private static int close(Closing closing) {
        try {
            closing.close();
            LOG.log(Level.INFO, "server.stopped");
            return CommandLines.DONE;
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.ERROR, "server.stop_failed", e);
            return CommandLines.FAILED;
        }
    }

    /** Waits for the signal, for ever. */
    static void await() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
