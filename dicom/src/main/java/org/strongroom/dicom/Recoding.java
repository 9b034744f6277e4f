package org.strongroom.dicom;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rewrites the texts of a data set, items included, in another character set: in one pass, building each index once. */
final class Recoding {
    private Recoding() {}

    /** Whether every character of the texts can be written in this character set. */
    static boolean fits(DataSet dataSet, SpecificCharacterSet set) {
        for (int at = 0; at < dataSet.index().count; at++) {
            boolean fits;
            if (dataSet.isSequence(at)) {
                fits = dataSet.itemsAt(at).stream()
                        .allMatch(item -> item.contains(Attributes.SpecificCharacterSet) || fits(item, set));
            } else {
                fits = !dataSet.isValue(at) || DataSetWriter.fits(dataSet.value(at, VR.UN), set);
            }
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    /**
     * The elements of a data set that declares no character set itself, with those texts rewritten that mean something else
     * in that which it gets; its own index where nothing changes. A text that gets too long for a short header keeps its VR
     * here and is written as UN (PS3.5 section 6.2.2 note 3): who answers a query with it must not fail.
     */
    static ElementIndex rewritten(DataSet from, DataSet.Inherited to) {
        ElementIndex index = from.index();
        @Nullable Object[] changed = new @Nullable Object[index.count];
        boolean any = false;
        for (int at = 0; at < index.count; at++) {
            changed[at] = from.isSequence(at) ? items(from, at, to) : value(from, at, to.characterSet());
            any |= changed[at] != null;
        }
        return any ? index.replaced(changed) : index;
    }

    private static byte @Nullable [] value(DataSet from, int at, SpecificCharacterSet to) {
        if (!from.isValue(at)) {
            return null;
        }
        Value value = from.value(at, VR.UN);
        return DataSetWriter.isRecoded(value, to)
                ? DataSetWriter.transcoded(value, from.source().bigEndian(), to)
                : null;
    }

    private static @Nullable List<DataSet> items(DataSet from, int at, DataSet.Inherited to) {
        // Those that lie in the bytes get what they inherit when they are read; those of an edit have it.
        boolean any = from.index().edit(at) != null;
        List<DataSet> items = from.itemsAt(at);
        List<DataSet> adopted = new ArrayList<>(items.size());
        for (DataSet item : items) {
            DataSet own = item.adopted(to);
            any |= own.index() != item.index();
            adopted.add(own);
        }
        return any ? List.copyOf(adopted) : null;
    }
}
