package org.strongroom.guard;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The newest signed head in a file of two places written in turn, so that a torn write leaves the other one. Not synced
 * each time: a head may be older than the log after a power cut, never newer, since it covers synced records only.
 */
final class HeadFile implements Closeable {
    /** A head with all 63 peaks has 4,400 characters. */
    private static final int PLACE = 8192;

    private final FileChannel channel;
    private int place;

    HeadFile(Path file) throws IOException {
        this.channel = PrivateFiles.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    void write(TreeHead.Resumable head) throws IOException {
        byte[] text = new byte[PLACE];
        Arrays.fill(text, (byte) ' ');
        text[PLACE - 1] = '\n';
        byte[] line = head.line().getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(line, 0, text, 0, line.length);
        ByteBuffer bytes = ByteBuffer.wrap(text);
        while (bytes.hasRemaining()) {
            channel.write(bytes, (long) place * PLACE + bytes.position());
        }
        place = 1 - place;
    }

    void sync() throws IOException {
        channel.force(false);
    }

    /** The newest head in {@code file} that {@code key} signed; empty when there is none. */
    static Optional<TreeHead.Resumable> read(Path file, PublicKey key) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        byte[] bytes;
        try (var in = Files.newInputStream(file)) {
            bytes = in.readNBytes(2 * PLACE);
        }
        String text = new String(bytes, StandardCharsets.US_ASCII);
        return Stream.of(
                        text.substring(0, Math.min(PLACE, text.length())),
                        text.substring(Math.min(PLACE, text.length())))
                .flatMap(line -> TreeHead.Resumable.parse(line, key).stream())
                .max(Comparator.comparingLong(h -> h.head().size()));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
