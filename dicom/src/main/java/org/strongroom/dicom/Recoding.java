package org.strongroom.dicom;

import java.util.List;

/** Rewrites the texts of a data set, items included, in another character set. */
final class Recoding {
    private Recoding() {}

    /** Whether the texts mean the same in this character set, bytes unchanged. */
    static boolean isIn(DataSet dataSet, SpecificCharacterSet set) {
        if (dataSet.characterSet().equals(set)) {
            return true;
        }
        for (int at = 0; at < dataSet.index().count; at++) {
            boolean differs = dataSet.isSequence(at)
                    ? !areIn(dataSet.itemsAt(at), set)
                    : dataSet.isValue(at) && DataSetWriter.isRecoded(dataSet.value(at, VR.UN), set);
            if (differs) {
                return false;
            }
        }
        return true;
    }

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

    private static boolean areIn(List<DataSet> items, SpecificCharacterSet set) {
        return items.stream().allMatch(item -> isIn(item, set));
    }

    /** {@code into}, a copy of {@code from}, with those texts rewritten that mean something else in the other set. */
    static DataSet rewritten(DataSet from, DataSet into, SpecificCharacterSet to) {
        DataSet rewritten = into.without(Attributes.SpecificCharacterSet);
        for (int at = 0; at < from.index().count; at++) {
            Tag tag = new Tag(from.index().tags[at]);
            if (from.isSequence(at)) {
                List<DataSet> items = from.itemsAt(at);
                rewritten = areIn(items, to) ? rewritten : rewritten.withItems(tag, items);
            } else if (from.isValue(at) && DataSetWriter.isRecoded(from.value(at, VR.UN), to)) {
                byte[] value = DataSetWriter.transcoded(
                        from.value(at, VR.UN), from.source().bigEndian(), to);
                rewritten = rewritten.withBytes(tag, from.vr(at), value);
            }
        }
        return rewritten;
    }
}
