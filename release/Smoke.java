import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Looks whether what make.sh made works: the archive is unpacked and started, the list of libraries (SBOM) is held against
 * the jars, the Debian package against both. Run by {@code ./mvnw -Prelease verify}, with the server's libraries on the
 * class path:
 * {@code java -cp "../server/target/lib/*" Smoke.java target}
 */
class Smoke {
    private static final int PATIENCE_SECONDS = 120;

    /** A finding; its message says what is wrong with the release. */
    static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1;

        Broken(String message) {
            super(message);
        }
    }

    private record Run(int exit, String output) {}

    private final Path target;
    private final Path work;

    private Smoke(Path target) {
        this.target = target;
        this.work = target.resolve("smoke");
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length != 1) {
            System.err.println("usage: java -cp \"../server/target/lib/*\" Smoke.java FOLDER_OF_WHAT_WAS_MADE");
            System.exit(2);
        }
        try {
            new Smoke(Path.of(args[0]).toAbsolutePath()).look();
        } catch (Broken broken) {
            System.err.println("release: " + broken.getMessage());
            System.exit(1);
        }
    }

    private void look() throws IOException, InterruptedException {
        remove(work);
        Files.createDirectories(work);
        Path image = unpack(only("strongroom-*.tar.gz"));
        starts(image);
        JsonNode sbom = new JsonMapper().readTree(Files.readString(target.resolve("strongroom-sbom.cdx.json")));
        agree(image, sbom);
        runtime(image, sbom);
        if (find("dpkg-deb").isPresent()) {
            debian(only("strongroom_*.deb"), image);
        } else {
            System.out.println("skipped: no dpkg-deb, so there is no Debian package to look at");
        }
        require(run(target, "sha256sum", "--check", "--strict", "SHA256SUMS").exit() == 0, "SHA256SUMS does not agree");
        remove(work);
    }

    private Path only(String glob) throws IOException {
        List<Path> found = new ArrayList<>();
        try (var files = Files.newDirectoryStream(target, glob)) {
            files.forEach(found::add);
        }
        require(found.size() == 1, "one " + glob + " is expected in " + target + ", found: " + found);
        return found.getFirst();
    }

    private Path unpack(Path archive) throws IOException, InterruptedException {
        Run run = run(work, "tar", "-xzf", archive.toString());
        require(run.exit() == 0, archive.getFileName() + " does not unpack: " + run.output());
        try (Stream<Path> folders = Files.list(work)) {
            List<Path> top = folders.toList();
            require(top.size() == 1, "one folder is expected in " + archive.getFileName() + ", found: " + top);
            return top.getFirst();
        }
    }

    /** Help of both programs, and a demo until it is ready and ended by SIGTERM. */
    private void starts(Path image) throws IOException, InterruptedException {
        String program = image.resolve("bin/strongroom").toString();
        for (List<String> help : List.of(List.of(program, "--help"), List.of(program, "survey", "--help"))) {
            Run run = run(work, help.toArray(String[]::new));
            require(run.exit() == 0 && run.output().contains("Usage:"), help + " says: " + run.output());
        }
        Path data = work.resolve("data");
        Path output = work.resolve("demo.out");
        Process demo = process(work, program, "demo", "--data", data.toString(), "--dicom-port", "0")
                .redirectOutput(output.toFile())
                .start();
        try {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (Files.readString(output).lines().noneMatch(line -> line.startsWith("ready dicom=127.0.0.1:"))) {
                require(demo.isAlive(), "demo ended before it was ready: " + Files.readString(output));
                require(System.nanoTime() < end, "demo is not ready: " + Files.readString(output));
                Thread.sleep(50);
            }
            demo.destroy();
            require(demo.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "demo does not end after SIGTERM");
            require(demo.exitValue() == 0, "demo ended with " + demo.exitValue() + ": " + Files.readString(output));
            require(!Files.exists(data.resolve("demo/demo.json")), "demo left its demo.json behind");
        } finally {
            demo.destroyForcibly().waitFor();
        }
        System.out.println("release: starts, is ready, and ends");
    }

    /** Every jar of a class path is a component with a version and its hash, and every component is such a jar. */
    private static void agree(Path image, JsonNode sbom) throws IOException {
        TreeSet<String> listed = new TreeSet<>();
        for (String program : List.of("server", "survey")) {
            listed.addAll(Files.readAllLines(image.resolve("lib/" + program + ".jars")));
        }
        Map<String, String> jars = new TreeMap<>();
        try (var files = Files.newDirectoryStream(image.resolve("lib"), "*.jar")) {
            for (Path jar : files) {
                jars.put(sha256(jar), jar.getFileName().toString());
            }
        }
        require(listed.equals(new TreeSet<>(jars.values())), "class paths " + listed + ", jars in lib " + jars.values());

        Map<String, String> components = new TreeMap<>();
        for (JsonNode component : sbom.path("components")) {
            if (component.path("type").asString("").equals("platform")) {
                continue;
            }
            String name = component.path("name").asString("") + " " + component.path("version").asString("");
            require(!component.path("version").asString("").isEmpty(), "SBOM: " + name + "has no version");
            components.put(hash(component).orElseThrow(() -> new Broken("SBOM: " + name + " has no SHA-256")), name);
        }
        jars.forEach((hash, jar) -> require(components.containsKey(hash), "SBOM: no component is " + jar));
        components.forEach((hash, name) -> require(jars.containsKey(hash), "SBOM: no jar of the image is " + name));
        System.out.println("release: " + jars.size() + " jars, each a component of the SBOM");
    }

    private static Optional<String> hash(JsonNode component) {
        for (JsonNode hash : component.path("hashes")) {
            if (hash.path("alg").asString("").equals("SHA-256")) {
                return Optional.of(hash.path("content").asString(""));
            }
        }
        return Optional.empty();
    }

    /** The JDK is a component, pinned or not as the names of the files say. */
    private static void runtime(Path image, JsonNode sbom) throws IOException {
        List<JsonNode> platforms = new ArrayList<>();
        for (JsonNode component : sbom.path("components")) {
            if (component.path("type").asString("").equals("platform")) {
                platforms.add(component);
            }
        }
        require(platforms.size() == 1, "SBOM: one Java runtime is expected, found " + platforms.size());
        JsonNode java = platforms.getFirst();
        String version = java.path("version").asString("");
        String publisher = java.path("publisher").asString("");
        String pin = java.path("properties").path(0).path("value").asString("");
        String linked = Files.readString(image.resolve("runtime/release"));
        String release = linked.lines()
                .filter(line -> line.startsWith("JAVA_VERSION="))
                .map(line -> line.replaceAll("^JAVA_VERSION=|\"", ""))
                .findFirst()
                .orElseThrow(() -> new Broken("runtime/release names no JAVA_VERSION"));
        require(version.startsWith(release), "SBOM: Java " + version + ", in the image: " + release);
        require(!publisher.isEmpty(), "SBOM: the Java runtime has no publisher");
        boolean marked = image.getFileName().toString().endsWith("-unpinned");
        require(pin.equals(marked ? "unpinned" : "pinned"), "SBOM: JDK \"" + pin + "\", the file is " + image.getFileName());
        System.out.println("release: Java " + version + " of " + publisher + ", " + pin);
    }

    private void debian(Path deb, Path image) throws IOException, InterruptedException {
        Run info = run(target, "dpkg-deb", "--info", deb.toString());
        require(info.exit() == 0, "dpkg-deb --info: " + info.output());
        for (String field : List.of("Package: strongroom", "Version: ", "Architecture: ", "Depends: ", "postinst")) {
            require(info.output().contains(field), "dpkg-deb --info says nothing of " + field);
        }
        boolean marked = image.getFileName().toString().endsWith("-unpinned");
        require(info.output().contains("~unpinned") == marked, "the package's version: " + info.output());
        Run contents = run(target, "dpkg-deb", "--contents", deb.toString());
        require(contents.exit() == 0, "dpkg-deb --contents: " + contents.output());
        TreeSet<String> files = new TreeSet<>();
        for (String line : contents.output().lines().toList()) {
            String[] words = line.split(" +", 6);
            require(words.length == 6 && words[1].equals("root/root"), "not root's in the package: " + line);
            files.add(words[5].replaceFirst(" -> .*", ""));
        }
        List<String> wanted = new ArrayList<>(List.of(
                "./usr/bin/strongroom",
                "./usr/lib/systemd/system/strongroom.service",
                "./etc/default/strongroom",
                "./usr/share/doc/strongroom/copyright",
                "./usr/share/doc/strongroom/strongroom-sbom.cdx.json"));
        for (String part : List.of("bin", "lib", "runtime")) {
            try (Stream<Path> walk = Files.walk(image.resolve(part))) {
                walk.filter(Files::isRegularFile).forEach(file -> wanted.add("./usr/lib/strongroom/" + image.relativize(file)));
            }
        }
        wanted.removeAll(files);
        require(wanted.isEmpty(), "missing in the package: " + wanted);
        System.out.println("release: " + deb.getFileName() + " holds the same files");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new Broken(otherwise);
        }
    }

    private static Optional<Path> find(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Without Java, and without anything else of this process's environment. */
    private static ProcessBuilder process(Path folder, String... command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        return builder;
    }

    private static Run run(Path folder, String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("release", ".out");
        try {
            Process process = process(folder, command).redirectOutput(output.toFile()).start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new Broken(List.of(command) + " does not end");
            }
            return new Run(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            Files.delete(output);
        }
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static void remove(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> walk = Files.walk(folder)) {
                for (Path path : walk.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
