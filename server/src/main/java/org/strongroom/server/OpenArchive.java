package org.strongroom.server;

import java.io.IOException;

/** An archive this process has open: its folder, guard and archive, wired together. */
final class OpenArchive implements AutoCloseable {
    @Override
    public void close() throws IOException {}
}
