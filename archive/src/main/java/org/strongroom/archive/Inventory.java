package org.strongroom.archive;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/** Compares the packs there are with those there were, as the list of packs and the index tell. */
final class Inventory {
    private final Disk disk;
    private final Path directory;
    private final Map<String, Long> lengths = new HashMap<>();

    Inventory(Disk disk, Path directory) throws IOException {
        this.disk = disk;
        this.directory = directory;
        for (String name : disk.list(directory)) {
            if (PackFormat.number(name).isPresent()) {
                lengths.put(name, this.disk.size(this.directory.resolve(name)));
            }
        }
    }

    /** Names of the pack files. */
    Set<String> names() {
        return Set.copyOf(lengths.keySet());
    }

    /** Bytes of a pack file; empty when it is not there. */
    OptionalLong length(String name) {
        Long length = lengths.get(name);
        return length == null ? OptionalLong.empty() : OptionalLong.of(length);
    }

    boolean isWhole(String name, long expected) {
        OptionalLong found = length(name);
        return found.isPresent() && found.getAsLong() >= expected;
    }

    /**
     * What is missing or short, in the order of the numbers.
     *
     * @param listed must have been read before this was made, or a pack that is new could be taken for missing
     * @param used by the index, likewise
     */
    List<MissingPack> missing(Collection<PackList.Pack> listed, List<Index.PackUse> used) {
        Map<Integer, PackList.Pack> expected = new TreeMap<>();
        listed.forEach(pack -> expected.put(pack.number(), pack));
        Map<Integer, Long> instances = new HashMap<>();
        for (Index.PackUse use : used) {
            instances.put(use.pack(), use.instances());
            expected.putIfAbsent(use.pack(), of(use));
        }
        List<MissingPack> missing = new ArrayList<>();
        for (PackList.Pack pack : expected.values()) {
            if (!isWhole(pack.name(), pack.length())) {
                missing.add(new MissingPack(
                        pack.name(), pack.length(), length(pack.name()), instances.getOrDefault(pack.number(), 0L)));
            }
        }
        return missing;
    }

    /** A pack only the index tells of. */
    static PackList.Pack of(Index.PackUse use) {
        boolean single = use.first() == PackFormat.SINGLE_RECORD;
        return new PackList.Pack(use.pack(), single, single ? 0 : use.last() + RecordHeader.LENGTH, false, -1, 0);
    }
}
