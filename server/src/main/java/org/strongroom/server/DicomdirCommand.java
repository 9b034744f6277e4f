package org.strongroom.server;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Irregularity;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.media.DicomDirectory;
import org.strongroom.dicom.media.DirectoryRecord;
import org.strongroom.dicom.media.FileSetBuilder;
import org.strongroom.dicom.media.FileSetException;
import org.strongroom.dicom.media.MediaFolder;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes, extends, lists and checks the DICOMDIR of a folder that is to go on a disc, PS3.10 section 8. */
@Command(
        name = "dicomdir",
        description = {
            "Make the DICOMDIR of a folder, or bring it up to date, list it, or compare it with the files.",
            "Folders below are searched too; links are not followed; what is no DICOM file is named and passed over."
        },
        mixinStandardHelpOptions = true)
final class DicomdirCommand implements Callable<Integer> {
    private static final String NAME = "DICOMDIR";
    private static final int DEEPEST = 8;
    private static final int FIRST_READ = 1 << 16;

    private final Invocation invocation;

    @Parameters(paramLabel = "FOLDER", description = "the folder of the file-set")
    private String folder = "";

    @ArgGroup
    private @Nullable Doing doing;

    private static final class Doing {
        @Option(names = "--update", description = "add files that the DICOMDIR there does not list")
        private boolean update;

        @Option(names = "--replace", description = "make it anew although there is one")
        private boolean replace;

        @Option(names = "--list", description = "print its records")
        private boolean list;

        @Option(names = "--check", description = "tell which files are missing, and which are not listed")
        private boolean check;
    }

    @Option(names = "--id", paramLabel = "ID", description = "File-set ID: up to 16 of A-Z, 0-9 and _ (default: none)")
    private String id = "";

    @Option(
            names = "--invent",
            description = "make up values that a record must have and a file lacks (numbers; dates of 1900)")
    private boolean invent;

    private int troubles;

    DicomdirCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        Path root = invocation.path(folder);
        if (!Files.isDirectory(root)) {
            throw new Failure("no folder: " + root);
        }
        Doing what = doing == null ? new Doing() : doing;
        if (what.list) {
            list(read(root));
        } else if (what.check) {
            check(root, read(root));
        } else {
            make(root, what);
        }
        return troubles == 0 ? CommandLines.DONE : CommandLines.FAILED;
    }

    private DicomDirectory read(Path root) throws IOException {
        Path file = root.resolve(NAME);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new Failure("no DICOMDIR in " + root);
        }
        try {
            DicomDirectory directory = DicomDirectory.read(file);
            directory.irregularities().forEach(one -> trouble(NAME, describe(one)));
            return directory;
        } catch (DicomFormatException e) {
            throw new Failure(file + ": " + e.getMessage());
        }
    }

    private static String describe(DicomDirectory.Irregularity irregularity) {
        return switch (irregularity) {
            case BAD_OFFSET -> "an offset leads to no record; records are taken in their order";
            case SHARED_RECORD ->
                "an offset leads to a record that has its place already; records are taken in their order";
            case TOO_DEEP -> "records lie too deep below one another; they are taken in their order";
            case UNREACHED_RECORD -> "no offset leads to some of its records; they are left out";
        };
    }

    private void trouble(String name, String what) {
        troubles++;
        tell(name, what);
    }

    private void tell(String name, String what) {
        invocation.err().println(Failure.oneLine(name + ": " + what));
    }

    private void list(DicomDirectory directory) {
        invocation.out().println("File-set " + directory.fileSetId().orElse("without ID"));
        directory.roots().forEach(record -> list(record, "  "));
    }

    /** As deep as the reader lets records be. */
    private void list(DirectoryRecord record, String indent) {
        String file = String.join("/", record.fileId());
        String state = record.isInUse() ? "" : " (not in use)";
        invocation.out().println(Failure.oneLine(indent + record.type() + (file.isEmpty() ? "" : " " + file) + state));
        record.children().forEach(child -> list(child, indent + "  "));
    }

    private void check(Path root, DicomDirectory directory) throws IOException {
        MediaFolder medium = new MediaFolder(root);
        Set<Path> listed = new HashSet<>();
        for (DirectoryRecord record : directory.all()) {
            if (!record.fileId().isEmpty()) {
                Optional<Path> file = medium.resolve(record.fileId());
                file.ifPresent(listed::add);
                if (file.isEmpty()) {
                    trouble(String.join("/", record.fileId()), "listed and not there");
                } else {
                    tellName(root, file.get(), record.fileId());
                }
            }
        }
        for (Path file : files(root)) {
            if (!listed.contains(file) && head(root, file).isPresent()) {
                trouble(name(root, file), "not listed");
            }
        }
        invocation.out().println("files listed and there: " + listed.size() + "; troubles: " + troubles);
    }

    private void make(Path root, Doing what) throws IOException {
        boolean there = Files.exists(root.resolve(NAME), LinkOption.NOFOLLOW_LINKS);
        if (there && !what.update && !what.replace) {
            throw new Failure("there is a DICOMDIR in " + root + "; --update adds to it, --replace makes it anew");
        }
        FileSetBuilder builder;
        Set<Path> listed = new HashSet<>();
        try {
            builder = there && what.update ? existing(root, listed) : new FileSetBuilder(id, invent);
        } catch (IllegalArgumentException e) {
            throw new Failure(e.getMessage() == null ? "the File-set ID is none" : e.getMessage());
        }
        int before = builder.size();
        MediaFolder medium = new MediaFolder(root);
        for (Path file : files(root)) {
            if (!listed.contains(file)) {
                add(builder, medium, root, file);
            }
        }
        if (builder.size() == 0 && troubles > 0) {
            throw new Failure("no DICOMDIR written: none of the files can be listed, refused: " + troubles);
        }
        builder.writeTo(root);
        invocation
                .out()
                .println("records of files: " + builder.size() + ", new: " + (builder.size() - before) + ", refused: "
                        + troubles);
    }

    private FileSetBuilder existing(Path root, Set<Path> listed) throws IOException {
        DicomDirectory directory = read(root);
        MediaFolder medium = new MediaFolder(root);
        for (DirectoryRecord record : directory.all()) {
            medium.resolve(record.fileId()).ifPresent(listed::add);
        }
        return FileSetBuilder.from(directory, invent);
    }

    private void add(FileSetBuilder builder, MediaFolder medium, Path root, Path file) throws IOException {
        Optional<Opened> opened = head(root, file);
        if (opened.isEmpty()) {
            return;
        }
        List<String> fileId = fileId(root.relativize(file));
        try {
            // Of two files whose names differ by their case alone one has the ID, and only that one would be found.
            if (MediaFolder.isStandard(fileId) && !medium.resolve(fileId).equals(Optional.of(file))) {
                trouble(
                        name(root, file),
                        "its file ID would be " + String.join("/", fileId)
                                + ", by which another file or folder is found; rename it");
                return;
            }
            builder.add(fileId, opened.get().file().syntax(), opened.get().elements());
            tellName(root, file, fileId);
        } catch (FileSetException e) {
            trouble(name(root, file), String.valueOf(e.getMessage()));
        }
    }

    /** Names without small letters, those of ASCII alone: others would be no file ID in another way. */
    private static List<String> fileId(Path relative) {
        List<String> components = new ArrayList<>();
        for (Path component : relative) {
            StringBuilder id = new StringBuilder(component.toString());
            for (int i = 0; i < id.length(); i++) {
                char c = id.charAt(i);
                id.setCharAt(i, c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c);
            }
            components.add(id.toString());
        }
        return components;
    }

    private void tellName(Path root, Path file, List<String> fileId) {
        String id = String.join("/", fileId);
        if (!Path.of(id).equals(root.relativize(file))) {
            tell(name(root, file), "listed as " + id + ", which must be its name on the medium (PS3.10 section 8.5)");
        }
    }

    private record Opened(Part10 file, DataSet elements) {}

    /** What stands before the pixel data; empty, and told, where it is no DICOM file. */
    private Optional<Opened> head(Path root, Path path) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS))) {
            Part10 file = Part10.open(in, Limits.DEFAULT);
            if (file.irregularities().contains(Irregularity.NO_META)) {
                trouble(name(root, path), "no File Meta Information, which a file of a file-set must have");
                return Optional.empty();
            }
            byte[] bytes = file.body().readNBytes(FIRST_READ);
            boolean complete = bytes.length < FIRST_READ;
            Optional<DataSet.Head> head = head(bytes, complete, file);
            while (head.isEmpty()) {
                byte[] more = file.body().readNBytes(bytes.length);
                complete = more.length < bytes.length;
                int had = bytes.length;
                bytes = Arrays.copyOf(bytes, had + more.length);
                System.arraycopy(more, 0, bytes, had, more.length);
                head = head(bytes, complete, file);
            }
            return Optional.of(new Opened(file, head.get().elements()));
        } catch (DicomFormatException e) {
            tell(name(root, path), "passed over: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** Says where the bulk begins or fails before it wants more than a limit, see readHead. */
    private static Optional<DataSet.Head> head(byte[] bytes, boolean complete, Part10 file) {
        return DataSet.readHead(bytes, bytes.length, complete, file.syntax(), Limits.DEFAULT);
    }

    private static String name(Path root, Path file) {
        return root.relativize(file).toString();
    }

    /** All regular files but the DICOMDIR, in order of their names; links and what lies too deep are told. */
    private List<Path> files(Path root) throws IOException {
        List<Path> files = new ArrayList<>();
        collect(root, root, 1, files);
        return files;
    }

    private void collect(Path root, Path folder, int depth, List<Path> files) throws IOException {
        List<Path> inside;
        try (Stream<Path> all = Files.list(folder)) {
            inside = all.sorted(Comparator.comparing(Path::toString)).toList();
        }
        for (Path path : inside) {
            if (Files.isSymbolicLink(path)) {
                tell(name(root, path), "a link, not followed");
            } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                if (depth == DEEPEST) {
                    trouble(name(root, path), "deeper than the " + DEEPEST + " names a file ID may have");
                } else {
                    collect(root, path, depth + 1, files);
                }
            } else if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                tell(name(root, path), "neither file nor folder");
            } else if (!(depth == 1 && path.getFileName().toString().equalsIgnoreCase(NAME))) {
                files.add(path);
            }
        }
    }
}
