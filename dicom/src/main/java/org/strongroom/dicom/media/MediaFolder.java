package org.strongroom.dicom.media;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The folder that a file-set lies in: leads from Referenced File IDs (PS3.10 section 8.5) to files in it, and nowhere
 * else. No component means another folder, and no link is followed. Names are taken as they are, else without regard to
 * case and to what ISO 9660 puts behind them ({@code NAME.;1}), as a disc may be mounted; of several such the first in order
 * of their characters. Not safe for several threads.
 */
public final class MediaFolder {
    private static final Pattern STANDARD = Pattern.compile("[A-Z0-9_]{1,8}");
    private static final int MOST_COMPONENTS = 8;
    private static final int LONGEST_COMPONENT = 255;
    /** Folders whose names are kept; beyond that they are read again. */
    private static final int MOST_LISTED = 1024;

    private final Path root;
    private final Map<Path, Map<String, String>> listed = new HashMap<>();

    public MediaFolder(Path root) {
        this.root = root;
    }

    /** Whether it is one to eight components of one to eight capitals, digits and underscores, PS3.10 section 8.5. */
    public static boolean isStandard(List<String> fileId) {
        return !fileId.isEmpty()
                && fileId.size() <= MOST_COMPONENTS
                && fileId.stream()
                        .allMatch(component -> STANDARD.matcher(component).matches());
    }

    /**
     * The regular file with this ID.
     *
     * @return empty where there is none, or the ID leads elsewhere
     * @throws IOException when a folder cannot be listed
     */
    public Optional<Path> resolve(List<String> fileId) throws IOException {
        if (fileId.isEmpty()) {
            return Optional.empty();
        }
        Path at = root;
        for (int i = 0; i < fileId.size(); i++) {
            Path next = step(at, fileId.get(i), i == fileId.size() - 1);
            if (next == null) {
                return Optional.empty();
            }
            at = next;
        }
        return Optional.of(at);
    }

    private @Nullable Path step(Path folder, String component, boolean last) throws IOException {
        if (component.isEmpty()
                || component.length() > LONGEST_COMPONENT
                || component.equals(".")
                || component.equals("..")
                || component.chars().anyMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ')) {
            return null;
        }
        Path exact;
        try {
            exact = folder.resolve(component);
        } catch (InvalidPathException e) {
            return null;
        }
        if (is(exact, last)) {
            return exact;
        }
        String name = names(folder).get(plain(component));
        return name != null && is(folder.resolve(name), last) ? folder.resolve(name) : null;
    }

    private static boolean is(Path path, boolean file) {
        return file
                ? Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                : Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    private Map<String, String> names(Path folder) throws IOException {
        Map<String, String> known = listed.get(folder);
        if (known != null) {
            return known;
        }
        Map<String, String> names = new HashMap<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            for (Path path : all) {
                String name = String.valueOf(path.getFileName());
                names.merge(plain(name), name, (one, other) -> one.compareTo(other) < 0 ? one : other);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        if (listed.size() == MOST_LISTED) {
            listed.clear();
        }
        listed.put(folder, names);
        return names;
    }

    private static String plain(String name) {
        return name.replaceFirst("\\.?(;[0-9]+)?$", "").toUpperCase(Locale.ROOT);
    }
}
