package org.strongroom.dicom.media;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
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
    private final int[] offsets;
    private final int[] parents;
    private final boolean[] visited;
    private final int[] order;
    private int placed;
    private final Set<Irregularity> seen = EnumSet.noneOf(Irregularity.class);

    private record Place(int first, int parent, int depth) {}

    RecordTree(DataSet dataSet, long start) {
        this.dataSet = dataSet;
        this.items = DicomDirectory.items(dataSet);
        this.offsets = new int[items.size()];
        for (int at = 0; at < offsets.length; at++) {
            offsets[at] = Math.toIntExact(start + items.get(at).sourceOffset() - 8);
        }
        this.parents = new int[items.size()];
        this.visited = new boolean[items.size()];
        this.order = new int[items.size()];
    }

    DicomDirectory directory() {
        follow();
        if (!seen.isEmpty()) {
            inOrder();
        } else if (missesRecords()) {
            seen.add(Irregularity.UNREACHED_RECORD);
        }
        return new DicomDirectory(
                dataSet, new Records(items, Arrays.copyOf(order, placed), parents).roots(), Set.copyOf(seen));
    }

    private void follow() {
        int first = recordAt(dataSet, Attributes.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity);
        if (first == NONE && !items.isEmpty()) {
            seen.add(Irregularity.BAD_OFFSET);
        }
        Deque<Place> open = new ArrayDeque<>();
        open.push(new Place(first, items.size(), 1));
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
                    order[placed++] = at;
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
        int at = offset > Integer.MAX_VALUE ? NONE : Arrays.binarySearch(offsets, (int) offset);
        if (at < 0) {
            seen.add(Irregularity.BAD_OFFSET);
        }
        return Math.max(at, NONE);
    }

    private boolean missesRecords() {
        for (int at = 0; at < visited.length; at++) {
            if (!visited[at] && DirectoryRecord.isInUse(items.get(at))) {
                return true;
            }
        }
        return false;
    }

    /** A record belongs to the last one before it that may stand above it: how all known writers put them. */
    private void inOrder() {
        placed = 0;
        int[] last = {NONE, NONE, NONE};
        for (int at = 0; at < items.size(); at++) {
            Optional<RecordType> type = RecordType.of(DirectoryRecord.type(items.get(at)));
            int level = type.map(RecordTree::level).orElse(3);
            int above = level == 0 ? NONE : above(last, level);
            parents[at] = above == NONE ? items.size() : above;
            if (level < 3 && !type.orElseThrow().isInstance()) {
                last[level] = at;
                Arrays.fill(last, level + 1, 3, NONE);
            }
            order[placed++] = at;
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
