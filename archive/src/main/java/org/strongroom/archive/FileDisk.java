package org.strongroom.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.strongroom.guard.PrivateFiles;

/** The disk of the operating system. New files and directories are for their owner only. */
final class FileDisk implements Disk {
    /** O_DIRECT: in module jdk.unsupported, which javac warns of and a runtime image may lack, hence by name. */
    private static final Optional<OpenOption> DIRECT = direct();

    private static Optional<OpenOption> direct() {
        try {
            Object[] options =
                    Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants();
            return Arrays.stream(options)
                    .filter(option -> option.toString().equals("DIRECT"))
                    .map(OpenOption.class::cast)
                    .findFirst();
        } catch (ClassNotFoundException e) {
            return Optional.empty();
        }
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        PrivateFiles.createDirectories(directory);
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                names.add(String.valueOf(file.getFileName()));
            }
        }
        return names;
    }

    @Override
    public DiskFile open(Path file, Mode mode) throws IOException {
        boolean write = mode == Mode.WRITE || mode == Mode.WRITE_BLOCKS;
        Set<OpenOption> options = new HashSet<>(List.of(StandardOpenOption.READ));
        if (write) {
            options.addAll(List.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE));
        }
        FileAttribute<?>[] permissions = write ? PrivateFiles.ownerOnly(file) : new FileAttribute<?>[0];
        boolean blocks = mode == Mode.READ_BLOCKS || mode == Mode.WRITE_BLOCKS;
        if (blocks && DIRECT.isPresent() && blocksFit(file)) {
            Set<OpenOption> direct = new HashSet<>(options);
            try {
                direct.add(DIRECT.get());
                return new ChannelFile(FileChannel.open(file, direct, permissions), true);
            } catch (NoSuchFileException e) {
                throw e;
            } catch (IOException | UnsupportedOperationException e) {
                // Some file systems can't go past the page cache: through it then.
            }
        }
        return new ChannelFile(FileChannel.open(file, options, permissions), false);
    }

    private static boolean blocksFit(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        return directory != null && Blocks.SIZE % Files.getFileStore(directory).getBlockSize() == 0;
    }

    @Override
    public long size(Path file) throws IOException {
        return Files.size(file);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        if (System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows")) {
            return; // NTFS journals names by itself, and a directory can't be opened as a file there.
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public long usableBytes(Path directory) throws IOException {
        return directory.toFile().getUsableSpace();
    }

    private record ChannelFile(FileChannel channel, boolean direct) implements DiskFile {
        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            long at = position;
            try {
                while (from.hasRemaining()) {
                    at += channel.write(from, at);
                }
            } catch (IOException e) {
                if (String.valueOf(e.getMessage()).contains("No space left")) {
                    throw (IOException) new DiskFullException("no space left on the volume").initCause(e);
                }
                throw e;
            }
        }

        @Override
        public int read(ByteBuffer to, long position) throws IOException {
            int start = to.position();
            while (to.hasRemaining()) {
                int n = channel.read(to, position + to.position() - start);
                if (n < 0 || (direct && n % Blocks.SIZE != 0)) {
                    break; // the end; past the page cache a file can't be asked at an odd place to say so
                }
            }
            return to.position() - start;
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            channel.truncate(size);
        }

        @Override
        public void sync() throws IOException {
            channel.force(false);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
