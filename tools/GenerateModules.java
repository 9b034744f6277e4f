import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Makes the resource of package org.strongroom.dicom.validate that says which attributes an instance must have: SOP
 * class, IOD, modules with their usage, attributes with their types, sequences in sequences (PS3.3 annex A and C).
 *
 * <p>Run in the root of the project with JDK 25, and commit what changes:
 * {@code java tools/GenerateModules.java ../shared/standard}
 *
 * <p>The folder holds uids.tsv, ciods.tsv, ciod-modules-*.tsv, modules-2024b.tsv, macros-2024b.tsv,
 * ciod-functional-group-macros-2024b.tsv and module-attributes-older-edition.tsv, each with a heading. What those tables
 * lack or have otherwise stands in tools/modules.txt. Lists of attributes that are the same are written once: a code
 * sequence's stands in a thousand places.
 */
class GenerateModules {
    private static final Path OUT = Path.of("dicom/src/main/resources/org/strongroom/dicom/validate/modules.txt");

    /** The attributes of one level, by tag. */
    record Node(Map<String, Entry> entries) {}

    static final class Entry {
        String type;
        Node items = new Node(new TreeMap<>());

        Entry(String type) {
            this.type = type;
        }
    }

    private final Path tables;
    private final Map<String, String> tags = new HashMap<>();
    private final Map<String, Node> modules = new TreeMap<>();
    private final Map<String, Node> macros = new TreeMap<>();
    private final Map<String, Integer> lists = new LinkedHashMap<>();

    GenerateModules(Path tables) {
        this.tables = tables;
    }

    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            System.err.println("usage: java tools/GenerateModules.java FOLDER_OF_TABLES");
            System.exit(2);
        }
        new GenerateModules(Path.of(args[0])).run();
    }

    private void run() throws IOException {
        for (String[] f : read("data-dictionary.tsv")) {
            tags.putIfAbsent(f[3], f[0]);
        }
        for (String[] f : read("module-attributes-older-edition.tsv")) {
            Node node = modules.computeIfAbsent(f[0], _ -> new Node(new TreeMap<>()));
            add(node, f[1].split(">"), f[2].equals("None") ? "3" : f[2]);
        }
        readAdded();
        Map<String, String> iodNames = names("ciods.tsv");
        Map<String, List<String>> usages = usages("ciod-modules-2024b.tsv");
        usages("ciod-modules-2026b.tsv").forEach(usages::putIfAbsent);
        Map<String, List<String>> groups = new TreeMap<>();
        for (String[] f : read("ciod-functional-group-macros-2024b.tsv")) {
            if (f[3].equals("Multi-frame")) {
                groups.computeIfAbsent(f[0], _ -> new ArrayList<>()).add(f[1] + "=" + f[2]);
            }
        }
        StringBuilder head = new StringBuilder();
        Set<String> iods = new TreeSet<>();
        for (String[] f : read("uids.tsv")) {
            if (f[2].equals("SOP Class") && !f[7].isEmpty() && usages.containsKey(f[7])) {
                head.append("U\t").append(f[0]).append('\t').append(f[7]).append('\n');
                iods.add(f[7]);
            }
        }
        Set<String> used = new TreeSet<>();
        for (String iod : iods) {
            List<String> list = usages.get(iod);
            list.forEach(usage -> used.add(usage.replaceFirst("=.*", "")));
            head.append("I\t").append(iod).append('\t').append(iodNames.getOrDefault(iod, words(iod)));
            head.append('\t').append(String.join(" ", list));
            head.append('\t').append(String.join(" ", groups.getOrDefault(iod, List.of()))).append('\n');
        }
        StringBuilder tail = new StringBuilder();
        Map<String, String> moduleNames = names("modules-2024b.tsv");
        for (String module : used) {
            line(tail, "M", module, moduleNames.getOrDefault(module, words(module)), modules.get(module));
        }
        Map<String, String> macroNames = names("macros-2024b.tsv");
        for (String macro : macros.keySet()) {
            line(tail, "F", macro, macroNames.getOrDefault(macro, words(macro)), macros.get(macro));
        }
        StringBuilder out = new StringBuilder(head);
        lists.forEach((content, number) ->
                out.append("L\t").append(number).append('\t').append(content).append('\n'));
        Files.writeString(OUT, out.append(tail));
    }

    private void line(StringBuilder out, String kind, String id, String name, Node node) {
        out.append(kind).append('\t').append(id).append('\t').append(name).append('\t');
        out.append(node == null ? "-" : String.valueOf(number(node))).append('\n');
    }

    private int number(Node node) {
        StringBuilder content = new StringBuilder();
        node.entries().forEach((tag, entry) -> {
            content.append(content.isEmpty() ? "" : " ").append(tag).append(':').append(entry.type);
            if (!entry.items.entries().isEmpty()) {
                content.append('>').append(number(entry.items));
            }
        });
        String text = content.toString();
        Integer known = lists.get(text);
        if (known == null) {
            known = lists.size();
            lists.put(text, known);
        }
        return known;
    }

    private static void add(Node node, String[] path, String type) {
        Node at = node;
        for (int i = 0; i < path.length - 1; i++) {
            at = at.entries().computeIfAbsent(path[i].toUpperCase().replace('X', 'x'), _ -> new Entry("3")).items;
        }
        String tag = path[path.length - 1].toUpperCase().replace('X', 'x');
        Entry entry = at.entries().get(tag);
        if (entry == null) {
            at.entries().put(tag, new Entry(type));
        } else {
            entry.type = type;
        }
    }

    /**
     * Lines of tools/modules.txt: "module ID" or "macro ID" begins a list that stands in place of any before it,
     * "change ID" one that adds to it; "> > Keyword TYPE" is an attribute, as deep as there are ">".
     */
    private void readAdded() throws IOException {
        Node node = new Node(new TreeMap<>());
        List<String> path = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("tools/modules.txt"))) {
            String[] words = line.strip().split(" +");
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            switch (words[0]) {
                case "module", "macro" -> {
                    node = new Node(new TreeMap<>());
                    (words[0].equals("module") ? modules : macros).put(words[1], node);
                }
                case "change" -> node = modules.get(words[1]);
                default -> {
                    int depth = words.length - 2;
                    String tag = tags.get(words[depth]);
                    if (tag == null) {
                        throw new IllegalStateException("tools/modules.txt: no such keyword: " + words[depth]);
                    }
                    path = new ArrayList<>(path.subList(0, depth));
                    path.add(tag);
                    add(node, path.toArray(String[]::new), words[depth + 1]);
                }
            }
        }
    }

    private Map<String, List<String>> usages(String table) throws IOException {
        Map<String, List<String>> usages = new TreeMap<>();
        for (String[] f : read(table)) {
            // Each IOD has a multi-frame functional groups module of its own, whose attributes are those of C.7.6.16.
            String module = f[2].replaceFirst(".*-multi-frame-functional-groups$", "multi-frame-functional-groups");
            usages.computeIfAbsent(f[0], _ -> new ArrayList<>()).add(module + "=" + f[3]);
        }
        return usages;
    }

    private Map<String, String> names(String table) throws IOException {
        Map<String, String> names = new HashMap<>();
        for (String[] f : read(table)) {
            names.put(f[0], f[1]);
        }
        return names;
    }

    private static String words(String id) {
        return id.replace('-', ' ');
    }

    private List<String[]> read(String table) throws IOException {
        return Files.readAllLines(tables.resolve(table)).stream()
                .skip(1)
                .map(l -> l.split("\t", -1))
                .toList();
    }
}
