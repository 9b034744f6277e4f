package org.strongroom.dicom.validate;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;

/**
 * Information Object Definitions, their modules and attributes (PS3.3 annexes A and C), from generated resources; read
 * when first asked for, lists of attributes taken apart when they are needed.
 */
final class Definitions {
    /** @param usage M, C or U */
    record Usage(String id, char usage) {}

    /** @param groups functional group macros of a multi-frame IOD */
    record Iod(String id, String name, List<Usage> modules, List<Usage> groups) {}

    /** @param list where its attributes are; -1 when its table is not known */
    record Module(String id, String name, int list) {}

    /**
     * An attribute of a module.
     *
     * @param type 1, 1C, 2, 2C or 3
     * @param list what its items hold; -1 for no sequence or an unknown one
     * @param repeating a group of 6000 to 601E, with 00 in {@code tag}
     */
    record Wanted(Tag tag, String type, int list, boolean repeating) {}

    private final Map<String, String> iodOfClass = new HashMap<>();
    private final Map<String, String> iods = new HashMap<>();
    private final Map<String, Module> modules = new HashMap<>();
    private final Map<String, Module> macros = new HashMap<>();
    private final Map<Integer, String> lists = new HashMap<>();
    private final Map<Integer, List<Wanted>> parsed = new ConcurrentHashMap<>();

    private static final class Holder {
        static final Definitions STANDARD = new Definitions();
    }

    private Definitions() {
        for (String line : lines("modules.txt")) {
            String[] fields = line.split("\t", 3);
            switch (fields[0]) {
                case "U" -> iodOfClass.put(fields[1], fields[2]);
                case "I" -> iods.put(fields[1], fields[2]);
                case "L" -> lists.put(Integer.valueOf(fields[1]), fields[2]);
                case "M" -> modules.put(fields[1], module(fields));
                case "F" -> macros.put(fields[1], module(fields));
                default -> {}
            }
        }
    }

    static Definitions standard() {
        return Holder.STANDARD;
    }

    /** What an instance of this SOP class is made of; empty when the tables don't have it. */
    Optional<Iod> iod(Uid sopClass) {
        String id = iodOfClass.get(sopClass.value());
        String line = id == null ? null : iods.get(id);
        if (id == null || line == null) {
            return Optional.empty();
        }
        String[] fields = line.split("\t", -1);
        return Optional.of(new Iod(id, fields[0], usages(fields[1]), usages(fields[2])));
    }

    Optional<Module> module(String id) {
        return Optional.ofNullable(modules.get(id));
    }

    Optional<Module> macro(String id) {
        return Optional.ofNullable(macros.get(id));
    }

    /** The attributes of a list, in order of tag. */
    List<Wanted> list(int number) {
        return number < 0 ? List.of() : parsed.computeIfAbsent(number, this::parse);
    }

    private List<Wanted> parse(int number) {
        String line = lists.getOrDefault(number, "");
        return line.isEmpty()
                ? List.of()
                : Arrays.stream(line.split(" ")).map(Definitions::wanted).toList();
    }

    private static Wanted wanted(String text) {
        int colon = text.indexOf(':');
        int arrow = text.indexOf('>');
        String tag = text.substring(0, colon);
        String type = text.substring(colon + 1, arrow < 0 ? text.length() : arrow);
        int list = arrow < 0 ? -1 : Integer.parseInt(text.substring(arrow + 1));
        return new Wanted(
                new Tag(Integer.parseUnsignedInt(tag.replace('x', '0'), 16)), type, list, tag.indexOf('x') >= 0);
    }

    private static Module module(String[] fields) {
        String[] rest = fields[2].split("\t", -1);
        return new Module(fields[1], rest[0], rest[1].equals("-") ? -1 : Integer.parseInt(rest[1]));
    }

    private static List<Usage> usages(String text) {
        List<Usage> usages = new ArrayList<>();
        for (String part : text.isEmpty() ? new String[0] : text.split(" ")) {
            int equals = part.indexOf('=');
            usages.add(new Usage(part.substring(0, equals), part.charAt(equals + 1)));
        }
        return List.copyOf(usages);
    }

    /** The lines of a resource of this package; those that begin with # are remarks. */
    static List<String> lines(String name) {
        try (InputStream in = Definitions.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + " is missing from the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException("resource " + name + " cannot be read", e);
        }
    }
}
