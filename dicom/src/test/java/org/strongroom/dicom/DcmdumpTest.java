package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.strongroom.testkit.Corpus;
import org.strongroom.testkit.Extent;
import org.strongroom.testkit.Programs;

/** What we print of each element of the corpus beside what dcmdump prints: every difference has a name. */
class DcmdumpTest {
    private static final Pattern BEGINS = Pattern.compile("^( *)\\(([0-9A-Fa-f]{4}),([0-9A-Fa-f]{4})\\) (\\S\\S) ");
    private static final Pattern ENDS = Pattern.compile("# *(\\d+|u/l|undefined), *(\\d+) [^#]*$");

    private record Line(int depth, String tag, String vr, long length, int count) {}

    @Test
    void each_line_is_that_of_dcmdump_but_for_differences_that_have_a_name() throws Exception {
        Optional<Corpus> corpus = Corpus.find();
        assumeTrue(corpus.isPresent(), Corpus.ABSENT);
        Programs.require("dcmdump");
        long seed = System.nanoTime();
        System.out.println("DcmdumpTest seed " + seed);
        List<Corpus.Entry> entries = new ArrayList<>(corpus.get().entries());
        Collections.shuffle(entries, new Random(seed));
        Map<String, Integer> differences = new TreeMap<>();
        List<String> unnamed = new ArrayList<>();
        int files = 0;
        int lines = 0;
        for (Corpus.Entry entry : entries.subList(0, Extent.of(40, entries.size()))) {
            Optional<List<Line>> ours = ours(corpus.get().path(entry));
            Optional<List<Line>> theirs = theirs(corpus.get().path(entry));
            if (ours.isPresent()
                    && theirs.isPresent()
                    && isDisordered(corpus.get().path(entry))) {
                files++;
                differences.merge("it sorts what is out of order, and leaves out duplicates", 1, Integer::sum);
            } else if (ours.isPresent() && theirs.isPresent()) {
                files++;
                lines += ours.get().size();
                compare(entry.path(), ours.get(), theirs.get(), differences, unnamed);
            }
        }
        System.out.println("dcmdump: files " + files + ", lines " + lines + ", differences " + differences);
        assertThat(unnamed).isEmpty();
        assertThat(files).isGreaterThan(Extent.of(30, 440));
    }

    private static void compare(
            String file, List<Line> ours, List<Line> theirs, Map<String, Integer> differences, List<String> unnamed) {
        if (ours.size() != theirs.size()) {
            unnamed.add(file + ": " + ours.size() + " lines, theirs " + theirs.size());
            return;
        }
        for (int i = 0; i < ours.size(); i++) {
            Line our = ours.get(i);
            Line their = theirs.get(i);
            if (our.depth != their.depth || !our.tag.equals(their.tag)) {
                unnamed.add(file + ": " + our + ", theirs " + their);
                return;
            }
            List<String> names = new ArrayList<>();
            if (!our.vr.equals(their.vr)) {
                names.add(vr(our, their));
            }
            if (our.length != their.length) {
                boolean odd = our.length % 2 == 1 && their.length == our.length + 1;
                names.add(odd ? "it pads odd lengths as it reads" : "?");
            }
            if (our.count != their.count) {
                names.add(count(our));
            }
            for (String name : names) {
                differences.merge(name, 1, Integer::sum);
                if (name.equals("?")) {
                    unnamed.add(file + ": " + our + ", theirs " + their);
                }
            }
        }
    }

    private static String vr(Line our, Line their) {
        boolean isPrivate = (our.tag.charAt(4) - '0') % 2 == 1 || "BDF".indexOf(our.tag.charAt(4)) >= 0;
        if (their.vr.matches("[a-z]{2}")) {
            return "a name of its own for offsets, and for US or SS";
        } else if (their.vr.equals("??")) {
            return "it has no name for an unknown VR";
        } else if (our.vr.equals("UN") && isPrivate) {
            return "it knows elements of some makers";
        }
        return our.vr.equals("OW") && their.vr.equals("OB") && our.length < 0
                ? "it writes OB for encapsulated data that says OW"
                : "?";
    }

    private static String count(Line our) {
        if (our.length == 0) {
            return "it counts one value where there are no bytes";
        } else if (our.vr.equals("DA") && our.count == 0) {
            return "it counts a date of spaces";
        }
        return our.vr.equals("UN") ? "it counts one value in UN, or by its maker" : "?";
    }

    private static boolean isDisordered(Path path) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path))) {
            Part10 file = Part10.open(in, Limits.DEFAULT);
            Set<Irregularity> all = DataSet.read(file.body().readAllBytes(), file.syntax(), Limits.DEFAULT)
                    .irregularities();
            return all.contains(Irregularity.OUT_OF_ORDER) || all.contains(Irregularity.DUPLICATE_ELEMENT);
        }
    }

    private static Optional<List<Line>> ours(Path path) throws IOException {
        StringBuilder out = new StringBuilder();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path))) {
            Part10 file = Part10.open(in, Limits.DEFAULT);
            DataSet dataSet = Outline.read(file.body(), file.syntax(), Limits.DEFAULT, 1 << 20, 256 << 20);
            DataSetPrinter printer = new DataSetPrinter(out, 64);
            printer.print(file.meta());
            printer.print(dataSet);
        } catch (DicomFormatException e) {
            return Optional.empty();
        }
        return Optional.of(lines(out.toString()));
    }

    private static Optional<List<Line>> theirs(Path path) throws IOException, InterruptedException {
        Programs.Run run = Programs.run(Duration.ofSeconds(60), "dcmdump", "-q", "-M", path.toString());
        return run.exit() == 0 ? Optional.of(lines(run.output())) : Optional.empty();
    }

    /** A text of several lines goes on until the length is told; items and delimiters are left out. */
    private static List<Line> lines(String output) {
        List<Line> lines = new ArrayList<>();
        Optional<Matcher> open = Optional.empty();
        for (String text : output.lines().toList()) {
            Matcher begins = BEGINS.matcher(text);
            if (open.isEmpty() && begins.find()) {
                open = Optional.of(begins);
            }
            Matcher ends = ENDS.matcher(text);
            if (open.isPresent() && ends.find()) {
                Matcher element = open.get();
                open = Optional.empty();
                String tag = (element.group(2) + "," + element.group(3)).toUpperCase(Locale.ROOT);
                if (!element.group(2).equals("fffe")) {
                    boolean known = Character.isDigit(ends.group(1).charAt(0));
                    lines.add(new Line(
                            element.group(1).length() / 4,
                            "(" + tag + ")",
                            element.group(4),
                            known ? Long.parseLong(ends.group(1)) : -1,
                            Integer.parseInt(ends.group(2))));
                }
            }
        }
        return lines;
    }
}
