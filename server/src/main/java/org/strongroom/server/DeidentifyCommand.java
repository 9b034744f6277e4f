package org.strongroom.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.deidentify.DeidentificationKey;
import org.strongroom.dicom.deidentify.DeidentificationProfile;
import org.strongroom.dicom.deidentify.Deidentifier;
import org.strongroom.dicom.deidentify.ProfileOption;
import org.strongroom.dicom.deidentify.SafePrivateList;
import org.strongroom.guard.PrivateFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes copies of files that say nothing of whose they are, PS3.15 annex E. */
@Command(
        name = "deidentify",
        description =
                "Write de-identified copies of DICOM files (PS3.15 annex E). Pixels are not cleaned: files that may show"
                        + " text are refused.",
        mixinStandardHelpOptions = true)
final class DeidentifyCommand implements Callable<Integer> {
    private static final int LONGEST_LIST = 1 << 20;

    private final Invocation invocation;

    @Parameters(paramLabel = "IN", arity = "1..*", description = "files, folders with all below them, zips")
    private List<String> inputs = new ArrayList<>();

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "where; DIR/UID.dcm is written")
    private String out = "";

    @Option(
            names = "--profile",
            paramLabel = "OPTIONS",
            split = ",",
            description = "basic (always), and: clean-graphics, clean-structured-content, clean-descriptors,"
                    + " retain-full-dates or retain-modified-dates, retain-patient-characteristics,"
                    + " retain-device-identity, retain-institution-identity, retain-uids, retain-safe-private,"
                    + " clean-pixel-data, clean-recognizable-visual-features (these two refuse images)")
    private List<String> options = new ArrayList<>();

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description =
                    "the project's secret, 32 bytes, made where there is none: with it, the same patient gets the same"
                            + " name again; without, in this run alone")
    private Optional<String> key = Optional.empty();

    @Option(
            names = "--private-safe",
            paramLabel = "FILE",
            description = "private attributes to keep beside those of the standard: creator, tab, gggg,xxee, tab, VR")
    private Optional<String> privateSafe = Optional.empty();

    @Option(
            names = "--patient-map",
            paramLabel = "none",
            description = "none, the only choice: who is who is not written down")
    private String patientMap = "none";

    @Option(
            names = "--shift-days",
            paramLabel = "N",
            description = "with modified dates: back by 1 to N (default: 3650)")
    private int shiftDays = DeidentificationProfile.DEFAULT_SHIFT_DAYS;

    @Option(
            names = "--accept-unknown-burned-in",
            description =
                    "let images through that often show text and don't say whether they do; it is written into them")
    private boolean unknownBurnedIn;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description =
                    "write what was done with each file as JSON, and for reading as FILE.txt, over nothing that is"
                            + " there; it names the files that came in, so keep it with them")
    private Optional<String> report = Optional.empty();

    DeidentifyCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        if (!patientMap.equals("none")) {
            throw Failure.misuse("--patient-map can only be none: who is who is not written down");
        }
        List<Path> from = inputs.stream().map(invocation::path).toList();
        Path to = invocation.path(out);
        requireApart(from, to);
        DeidentificationProfile profile = profile();
        DeidentificationKey secret = secret();
        Deidentifier deidentifier = new Deidentifier(profile, secret, version(), Limits.DEFAULT);
        try (ImportSources sources = ImportSources.of(from);
                DeidentifyReport written = DeidentifyReport.open(report.map(invocation::path), deidentifier.methods());
                PlainFolder folder = PlainFolder.open(to)) {
            return new DeidentifyRun(invocation, deidentifier, folder, written).run(sources);
        }
    }

    private static String version() {
        return Optional.ofNullable(CommandLines.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    private DeidentificationProfile profile() throws IOException {
        Set<ProfileOption> chosen = EnumSet.noneOf(ProfileOption.class);
        for (String label : options) {
            String name = label.strip().toLowerCase(Locale.ROOT);
            if (!name.equals("basic")) {
                chosen.add(ProfileOption.of(name)
                        .orElseThrow(() -> Failure.misuse("--profile " + name + ": "
                                + Arrays.stream(ProfileOption.values())
                                        .map(ProfileOption::label)
                                        .collect(Collectors.joining(", "))
                                + " are known")));
            }
        }
        if (privateSafe.isPresent() && !chosen.contains(ProfileOption.RETAIN_SAFE_PRIVATE)) {
            throw Failure.misuse("--private-safe is for --profile " + ProfileOption.RETAIN_SAFE_PRIVATE.label());
        }
        try {
            return new DeidentificationProfile(chosen, safePrivate(), unknownBurnedIn, shiftDays);
        } catch (IllegalArgumentException e) {
            throw Failure.misuse(String.valueOf(e.getMessage()));
        }
    }

    private SafePrivateList safePrivate() throws IOException {
        if (privateSafe.isEmpty()) {
            return SafePrivateList.standard();
        }
        Path file = invocation.path(privateSafe.get());
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(LONGEST_LIST + 1);
        }
        if (bytes.length > LONGEST_LIST) {
            throw new Failure(file + " is longer than " + LONGEST_LIST + " bytes");
        }
        try {
            return SafePrivateList.standard()
                    .with(new String(bytes, StandardCharsets.ISO_8859_1).lines().toList());
        } catch (IllegalArgumentException e) {
            throw new Failure(file + ": " + e.getMessage());
        }
    }

    private DeidentificationKey secret() throws IOException {
        if (key.isEmpty()) {
            return DeidentificationKey.of(DeidentificationKey.random(new SecureRandom()));
        }
        Path file = invocation.path(key.get());
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] fresh = DeidentificationKey.random(new SecureRandom());
            PrivateFiles.create(file, fresh);
            invocation.err().println("made a new key: " + file + "; who has it can find out who is in the results");
            return DeidentificationKey.of(fresh);
        }
        PrivateFiles.check(file);
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(DeidentificationKey.BYTES + 1);
        }
        try {
            return DeidentificationKey.of(bytes);
        } catch (IllegalArgumentException e) {
            throw new Failure(file + " is no key: it must hold just " + DeidentificationKey.BYTES
                    + " random bytes; name a file that is not there to have one made");
        }
    }

    /** What goes out, the key and the report lie apart from what came in and from each other, and nothing is overwritten. */
    private void requireApart(List<Path> from, Path to) throws IOException {
        Optional<Path> secret = key.map(invocation::path);
        List<Path> told =
                report.map(invocation::path).map(DeidentifyReport::names).orElse(List.of());
        report.map(invocation::path).ifPresent(DeidentifyReport::requireFree);
        if (secret.isPresent() && real(told).contains(real(secret.get()))) {
            throw new Failure(
                    "--report and --key would be one file, " + secret.get() + ": name another for the report");
        }
        Path folder = real(to);
        List<Path> beside = Stream.concat(secret.stream(), told.stream()).toList();
        for (Path file : beside) {
            if (real(file).startsWith(folder)) {
                throw new Failure(file + " must not lie in --out: it tells, or helps to tell, who is who");
            }
        }
        for (Path input : from) {
            Path there = walked(input);
            if (folder.startsWith(there) || (Files.isDirectory(there) && there.startsWith(folder))) {
                throw new Failure(
                        "--out " + to + " and " + input + " lie in each other: name a folder apart from both");
            }
            for (Path file : beside) {
                if (real(file).startsWith(there)) {
                    throw new Failure(file + " must not lie in " + input
                            + ", where it would be taken for one that came in: name a place apart");
                }
            }
        }
    }

    /** What an input stands for: a DICOMDIR for the folder around it. */
    private static Path walked(Path input) throws IOException {
        Path folder = input.getParent();
        return folder != null && ImportSources.isFileSet(input) ? real(folder) : real(input);
    }

    private static List<Path> real(List<Path> paths) throws IOException {
        List<Path> real = new ArrayList<>();
        for (Path path : paths) {
            real.add(real(path));
        }
        return real;
    }

    /** Without symbolic links, as far as it is there. */
    private static Path real(Path path) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        Path there = absolute;
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        return there == null
                ? absolute
                : there.toRealPath().resolve(there.relativize(absolute)).normalize();
    }
}
