package org.strongroom.server;

import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.deidentify.Tally;
import org.strongroom.guard.PrivateFiles;

/**
 * What was done with each file that came in, by counts, as JSON and as text; never a value, and never under which name it
 * went out: that would be the list of who is who. Written as it comes, and under its name when it is whole.
 */
final class DeidentifyReport implements Closeable {
    private final List<String> methods;
    private final @Nullable Path file;
    private final @Nullable Writer json;
    private final @Nullable Writer text;
    private final Map<Tally.Treatment, Long> elements = new EnumMap<>(Tally.Treatment.class);
    private final Map<String, Long> reasons = new TreeMap<>();
    private long written;
    private long there;
    private long refused;
    private boolean finished;

    private DeidentifyReport(List<String> methods, @Nullable Path file, @Nullable Writer json, @Nullable Writer text) {
        this.methods = methods;
        this.file = file;
        this.json = json;
        this.text = text;
    }

    /** @param methods profile, options and version */
    static DeidentifyReport open(Optional<Path> file, List<String> methods) throws IOException {
        if (file.isEmpty()) {
            return new DeidentifyReport(methods, null, null, null);
        }
        requireFree(file.get());
        Writer json = writer(unfinished(file.get()));
        Writer text = writer(unfinished(readable(file.get())));
        json.write("{\n\"methods\" : " + Json.text(methods) + ",\n\"files\" : [");
        text.write("De-identified: " + String.join("; ", methods) + "\n\n");
        return new DeidentifyReport(methods, file.get(), json, text);
    }

    /** Every name that is written to, for a while or for good. */
    static List<Path> names(Path file) {
        return List.of(file, readable(file), unfinished(file), unfinished(readable(file)));
    }

    /** @throws Failure when anything has one of the names: nothing is overwritten, not even what an ended run left */
    static void requireFree(Path file) {
        for (Path name : names(file)) {
            if (Files.exists(name, LinkOption.NOFOLLOW_LINKS)) {
                throw new Failure(name + " is there already, and a report overwrites nothing: move it away, or name"
                        + " another file with --report");
            }
        }
    }

    private static Path readable(Path file) {
        return file.resolveSibling(file.getFileName() + ".txt");
    }

    private static Path unfinished(Path file) {
        return file.resolveSibling(file.getFileName() + ".part");
    }

    private static Writer writer(Path file) throws IOException {
        return Channels.newWriter(
                PrivateFiles.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                StandardCharsets.UTF_8);
    }

    void written(String source, Tally tally) throws IOException {
        written++;
        done(source, "written", tally);
    }

    void there(String source, Tally tally) throws IOException {
        there++;
        done(source, "already there", tally);
    }

    private void done(String source, String outcome, Tally tally) throws IOException {
        Map<String, Object> counts = new LinkedHashMap<>();
        tally.counts().entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(entry -> {
            elements.merge(entry.getKey(), entry.getValue(), Long::sum);
            counts.put(label(entry.getKey()), entry.getValue());
        });
        entry(source, outcome, Map.of("elements", counts), counts.toString());
    }

    void refused(String source, String reason, String why) throws IOException {
        refused++;
        reasons.merge(reason, 1L, Long::sum);
        entry(source, "refused", Map.of("reason", reason, "why", why), reason + ": " + why);
    }

    private void entry(String source, String outcome, Map<String, Object> more, String line) throws IOException {
        if (json == null || text == null) {
            return;
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("file", source);
        fields.put("outcome", outcome);
        fields.putAll(new TreeMap<>(more));
        json.write((written + there + refused == 1 ? "\n" : ",\n") + Json.text(fields));
        text.write(Failure.oneLine(source) + ": " + outcome + ", " + line + "\n");
    }

    long refused() {
        return refused;
    }

    private static String label(Tally.Treatment treatment) {
        return treatment.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    List<String> summary(boolean stopped) {
        List<String> lines = new ArrayList<>();
        lines.add("written " + written + ", already there " + there + ", refused " + refused
                + (stopped ? ", stopped before the end" : ""));
        reasons.forEach((reason, count) -> lines.add("  refused " + count + ": " + reason));
        elements.forEach((treatment, count) -> lines.add("  elements " + label(treatment) + " " + count));
        lines.add(String.join("; ", methods));
        return lines;
    }

    /** Ends the report and gives it its name. */
    void finish() throws IOException {
        if (json == null || text == null || file == null) {
            return;
        }
        Map<String, Object> totals = new LinkedHashMap<>();
        totals.put("written", written);
        totals.put("alreadyThere", there);
        totals.put("refused", refused);
        totals.put("reasons", reasons);
        Map<String, Object> counts = new LinkedHashMap<>();
        elements.forEach((treatment, count) -> counts.put(label(treatment), count));
        totals.put("elements", counts);
        json.write("\n],\n\"totals\" : " + Json.text(totals) + "\n}\n");
        text.write("\n" + String.join("\n", summary(false)) + "\n");
        json.close();
        text.close();
        for (Path one : List.of(file, readable(file))) {
            Files.move(unfinished(one), one); // which fails where something has taken the name since
        }
        finished = true;
    }

    /** What is not finished goes. */
    @Override
    public void close() throws IOException {
        if (json != null && text != null && file != null && !finished) {
            json.close();
            text.close();
            Files.deleteIfExists(unfinished(file));
            Files.deleteIfExists(unfinished(readable(file)));
        }
    }
}
