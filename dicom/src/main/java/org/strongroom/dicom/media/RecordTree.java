package org.strongroom.dicom.media;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.strongroom.dicom.Attribute;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.media.DicomDirectory.Irregularity;

/**
 * Makes the tree of a DICOMDIR's records. Each record is visited at most once, whatever the offsets say, and depth is
 * bounded, so that whoever walks the result may recurse.
 */
final class RecordTree {
    /** PATIENT, STUDY, SERIES, instance; annex F has had no more than two below. */
    private static final int DEEPEST = 16;

    private static final int NONE = -1;

    private final DataSet dataSet;
    private final List<DataSet> items;
    private final long[] offsets;
    private final int[] parents;
    private final boolean[] visited;
    private final List<Integer> order = new ArrayList<>();
    private final Set<Irregularity> seen = EnumSet.noneOf(Irregularity.class);

    private record Place(int first, int parent, int depth) {}

    RecordTree(DataSet dataSet, long start) {
        this.dataSet = dataSet;
        this.items = dataSet.items(Attributes.DirectoryRecordSequence);
        this.offsets = items.stream()
                .mapToLong(item -> start + item.sourceOffset() - 8)
                .toArray();
        this.parents = new int[items.size()];
        this.visited = new boolean[items.size()];
    }

    DicomDirectory directory() {
        follow();
        if (!seen.isEmpty()) {
            inOrder();
        } else if (missesRecords()) {
            seen.add(Irregularity.UNREACHED_RECORD);
        }
        return new DicomDirectory(dataSet, built(), Set.copyOf(seen));
    }

    private void follow() {
        int first = recordAt(dataSet, Attributes.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity);
        if (first == NONE && !items.isEmpty()) {
            seen.add(Irregularity.BAD_OFFSET);
        }
        Deque<Place> open = new ArrayDeque<>();
        open.push(new Place(first, NONE, 1));
        while (!open.isEmpty() && seen.isEmpty()) {
            Place place = open.pop();
            for (int at = place.first; at != NONE && seen.isEmpty(); ) {
                if (visited[at]) {
                    seen.add(Irregularity.SHARED_RECORD);
                } else if (place.depth > DEEPEST) {
                    seen.add(Irregularity.TOO_DEEP);
                } else {
                    visited[at] = true;
                    parents[at] = place.parent;
                    order.add(at);
                    int below = recordAt(items.get(at), Attributes.OffsetOfReferencedLowerLevelDirectoryEntity);
                    if (below != NONE) {
                        open.push(new Place(below, at, place.depth + 1));
                    }
                    at = recordAt(items.get(at), Attributes.OffsetOfTheNextDirectoryRecord);
                }
            }
        }
    }

    private int recordAt(DataSet from, Attribute<Long> attribute) {
        long offset = from.get(attribute).orElse(0L);
        if (offset == 0) {
            return NONE;
        }
        int at = Arrays.binarySearch(offsets, offset);
        if (at < 0) {
            seen.add(Irregularity.BAD_OFFSET);
        }
        return Math.max(at, NONE);
    }

    private boolean missesRecords() {
        for (int at = 0; at < visited.length; at++) {
            if (!visited[at] && items.get(at).get(Attributes.RecordInUseFlag).orElse(0xFFFF) != 0) {
                return true;
            }
        }
        return false;
    }

    /** A record belongs to the last one before it that may stand above it: how all known writers put them. */
    private void inOrder() {
        order.clear();
        int[] last = {NONE, NONE, NONE};
        for (int at = 0; at < items.size(); at++) {
            Optional<RecordType> type = RecordType.of(
                    items.get(at).get(Attributes.DirectoryRecordType).orElse(""));
            int level = type.map(RecordTree::level).orElse(3);
            parents[at] = level == 0 ? NONE : above(last, level);
            if (level < 3 && !type.orElseThrow().isInstance()) {
                last[level] = at;
                Arrays.fill(last, level + 1, 3, NONE);
            }
            order.add(at);
        }
    }

    private static int above(int[] last, int level) {
        for (int i = level - 1; i >= 0; i--) {
            if (last[i] != NONE) {
                return last[i];
            }
        }
        return NONE;
    }

    private static int level(RecordType type) {
        return switch (type) {
            case STUDY -> 1;
            case SERIES -> 2;
            default -> type.isAtRoot() ? 0 : 3;
        };
    }

    /** From the last to the first: what is below a record is complete before the record is made. */
    private List<DirectoryRecord> built() {
        List<List<DirectoryRecord>> below = new ArrayList<>(Collections.nCopies(items.size(), List.of()));
        List<DirectoryRecord> roots = new ArrayList<>();
        List<Integer> deepestFirst = byDepth();
        for (int at : deepestFirst) {
            List<DirectoryRecord> children = below.get(at);
            Collections.reverse(children);
            DirectoryRecord record = new DirectoryRecord(items.get(at), List.copyOf(children));
            below.set(at, List.of());
            if (parents[at] == NONE) {
                roots.add(record);
            } else {
                List<DirectoryRecord> siblings = below.get(parents[at]);
                if (siblings.isEmpty()) {
                    siblings = new ArrayList<>();
                    below.set(parents[at], siblings);
                }
                siblings.add(record);
            }
        }
        Collections.reverse(roots);
        return List.copyOf(roots);
    }

    /** Reverse of the order they were met in: a record is met before those below it, and siblings as they follow. */
    private List<Integer> byDepth() {
        List<Integer> reversed = new ArrayList<>(order);
        Collections.reverse(reversed);
        return reversed;
    }

    static List<DirectoryRecord> all(List<DirectoryRecord> roots) {
        List<DirectoryRecord> all = new ArrayList<>();
        Deque<DirectoryRecord> open = new ArrayDeque<>(roots);
        while (!open.isEmpty()) {
            DirectoryRecord record = open.pop();
            if (record.isInUse()) {
                all.add(record);
                for (int i = record.children().size() - 1; i >= 0; i--) {
                    open.push(record.children().get(i));
                }
            }
        }
        return all;
    }
}
