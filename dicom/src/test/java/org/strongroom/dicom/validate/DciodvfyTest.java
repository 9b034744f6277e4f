package org.strongroom.dicom.validate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.strongroom.testkit.Corpus;
import org.strongroom.testkit.Extent;
import org.strongroom.testkit.Programs;

/** The corpus checked by dciodvfy and by us: what one alone says is a difference known by its reason. */
class DciodvfyTest {
    /** Least share of what either says that both say; measured on the whole corpus: see docs/validate.md. */
    private static final double FLOOR = 0.80;

    private static final String CODE = "\\(0x([0-9a-f]{4}),0x([0-9a-f]{4})\\)";
    private static final Map<String, Pattern> BY_ELEMENT = Map.of(
            "missing", Pattern.compile("Missing attribute Type .* Element=<(\\w+)>"),
            "empty", Pattern.compile("Empty attribute \\(no value\\) Type .* Element=<(\\w+)>"),
            "vm", Pattern.compile("Bad attribute Value Multiplicity.*Required by Dictionary.*Element=<(\\w+)>"));
    private static final Map<String, Pattern> BY_TAG = Map.of(
            "value", Pattern.compile("Value invalid for this VR - " + CODE),
            "vr", Pattern.compile("^" + CODE + ".*Explicit value representation doesn't match data dictionary"),
            "no creator", Pattern.compile("^" + CODE + ".*Private tag without owner"),
            "retired", Pattern.compile("Retired attribute - " + CODE),
            "extended", Pattern.compile("not present in standard DICOM IOD - " + CODE));
    private static final Pattern GROUP = Pattern.compile("Bad group length - Group 0x([0-9a-f]+)");

    /** One thing said of one file. */
    private record Said(String kind, String what) {}

    private record Difference(String who, String kind, Set<String> what, String file) {}

    private final Map<String, int[]> counts = new TreeMap<>();
    private final List<String> unexplained = new ArrayList<>();
    private final List<Difference> known = differences();

    private static List<Difference> differences() {
        return Definitions.lines("dciodvfy-differences.txt").stream()
                .map(line -> line.split("\\|", -1))
                .map(f -> new Difference(
                        f[0].strip(),
                        f[1].strip(),
                        Set.copyOf(Arrays.asList(f[2].strip().split(" "))),
                        f[4].strip()))
                .toList();
    }

    @Test
    void what_one_alone_says_is_known_by_its_reason() throws IOException, InterruptedException {
        Optional<Corpus> corpus = Corpus.find();
        assumeTrue(corpus.isPresent(), Corpus.ABSENT);
        Programs.require("dciodvfy");
        long seed = System.nanoTime();
        System.out.println("DciodvfyTest seed " + seed);
        List<Corpus.Entry> entries = new ArrayList<>(corpus.orElseThrow().entries());
        Collections.shuffle(entries, new Random(seed));

        for (Corpus.Entry entry : entries.subList(0, Extent.of(40, entries.size()))) {
            compare(corpus.orElseThrow(), entry);
        }

        counts.forEach((kind, c) ->
                System.out.println("dciodvfy " + kind + ": both " + c[0] + ", ours " + c[1] + ", theirs " + c[2]));
        assertThat(unexplained).isEmpty();
        if (Extent.FULL) {
            int both = counts.values().stream().mapToInt(c -> c[0]).sum();
            int all = counts.values().stream().mapToInt(c -> c[0] + c[1] + c[2]).sum();
            assertThat((double) both / all).isGreaterThan(FLOOR);
        }
    }

    private void compare(Corpus corpus, Corpus.Entry entry) throws IOException, InterruptedException {
        Report report;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(corpus.path(entry)))) {
            report = Validator.validate(in);
        }
        String output = Programs.run(
                        Duration.ofSeconds(60), "dciodvfy", corpus.path(entry).toString())
                .output();
        boolean readByUs = report.findings().stream().noneMatch(finding -> finding.rule() == Rule.CANNOT_BE_READ);
        boolean readByThem = !output.contains("read failed")
                && !output.contains("Assertion")
                && !output.contains("Information Object Not found");
        if (readByUs && readByThem) {
            compare(entry.path(), report, theirs(output));
        }
    }

    private void compare(String file, Report report, Set<Said> theirs) {
        Set<Said> ours = new HashSet<>();
        Set<Said> lenient = new HashSet<>();
        for (Finding finding : report.findings()) {
            said(finding).ifPresent(finding.rule() == Rule.VALUE_PADDING ? lenient::add : ours::add);
        }
        Set<Said> all = new HashSet<>(ours);
        all.addAll(theirs);
        for (Said said : all) {
            boolean weSay = ours.contains(said) || lenient.contains(said);
            int column = weSay && theirs.contains(said) ? 0 : weSay ? 1 : 2;
            counts.computeIfAbsent(said.kind, _ -> new int[3])[column]++;
            if (column > 0 && !isKnown(column == 1 ? "ours" : "theirs", said, file)) {
                unexplained.add((column == 1 ? "ours " : "theirs ") + said.kind + " " + said.what + " in " + file);
            }
        }
    }

    private boolean isKnown(String who, Said said, String file) {
        return known.stream()
                .anyMatch(one -> one.who.equals(who)
                        && one.kind.equals(said.kind)
                        && (one.what.contains("*") || one.what.contains(said.what))
                        && (one.file.isEmpty() || file.endsWith("/" + one.file)));
    }

    private static Set<Said> theirs(String output) {
        Set<Said> all = new TreeSet<>(Comparator.comparing(Said::toString));
        for (String line : output.lines().toList()) {
            BY_ELEMENT.forEach((kind, pattern) -> {
                Matcher found = pattern.matcher(line);
                if (found.find()) {
                    all.add(new Said(kind, found.group(1)));
                }
            });
            BY_TAG.forEach((kind, pattern) -> {
                Matcher found = pattern.matcher(line);
                if (found.find()) {
                    all.add(new Said(
                            kind, ("(" + found.group(1) + "," + found.group(2) + ")").toUpperCase(Locale.ROOT)));
                }
            });
            Matcher group = GROUP.matcher(line);
            if (group.find()) {
                all.add(new Said("group length", String.format("%04X", Integer.parseInt(group.group(1), 16))));
            }
        }
        return all;
    }

    private static Optional<Said> said(Finding finding) {
        String tag = finding.tag().map(Object::toString).orElse("");
        return Optional.ofNullable(
                switch (finding.rule()) {
                    case TYPE_1_MISSING, TYPE_2_MISSING, TYPE_1C_MISSING, TYPE_2C_MISSING ->
                        new Said("missing", finding.keyword());
                    case TYPE_1_EMPTY, TYPE_1C_EMPTY -> new Said("empty", finding.keyword());
                    case META_ELEMENT ->
                        new Said(finding.message().startsWith("missing") ? "missing" : "empty", finding.keyword());
                    case VM_WRONG -> new Said("vm", finding.keyword());
                    case VALUE_LENGTH,
                            VALUE_CHARACTERS,
                            VALUE_FORM,
                            VALUE_PADDING,
                            CHARACTER_SET_ABSENT,
                            TEXT_UNDECODABLE -> new Said("value", tag);
                    case VR_WRONG -> new Said("vr", tag);
                    case PRIVATE_WITHOUT_CREATOR -> new Said("no creator", tag);
                    case RETIRED_ELEMENT -> new Said("retired", tag);
                    case NOT_IN_IOD -> new Said("extended", tag);
                    case GROUP_LENGTH, META_GROUP_LENGTH -> new Said("group length", tag.substring(1, 5));
                    default -> null;
                });
    }
}
