package org.strongroom.dicom.fuzz;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.strongroom.dicom.ByteRange;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.VR;

/** A data set as lines of text, to be compared: every element in order, items included, with VR and value. */
public final class Described {
    private static final int LONGEST = 64;

    private Described() {}

    /** Group lengths left out, since they would be right in one encoding alone. */
    public static List<String> of(DataSet dataSet) {
        List<String> lines = new ArrayList<>();
        describe(dataSet, "", lines);
        return lines;
    }

    private static void describe(DataSet dataSet, String path, List<String> lines) {
        for (Tag tag : dataSet.tags()) {
            if (tag.element() == 0) {
                continue;
            }
            switch (dataSet.element(tag).orElseThrow()) {
                case Element.Sequence(Tag _, List<DataSet> items) -> {
                    lines.add(path + tag + " SQ " + items.size());
                    for (int i = 0; i < items.size(); i++) {
                        describe(items.get(i), path + tag + "[" + i + "] ", lines);
                    }
                }
                case Element.Fragments fragments -> {
                    for (ByteRange range : fragments.fragments()) {
                        lines.add(path + tag + " " + fragments.vr() + " fragment " + hex(VR.OB, dataSet.bytes(range)));
                    }
                }
                case Element.Encoded encoded ->
                    lines.add(path + tag + " " + encoded.vr() + " " + hex(encoded.vr(), encoded.bytes()));
                case Element other -> throw new IllegalStateException("unexpected " + other);
            }
        }
    }

    /** Of even length, as it would have been written. */
    private static String hex(VR vr, MemorySegment bytes) {
        int length = Math.toIntExact(bytes.byteSize());
        byte[] array = Arrays.copyOf(bytes.toArray(ValueLayout.JAVA_BYTE), length + length % 2);
        if (length % 2 != 0 && vr.isText() && vr != VR.UI) {
            array[length] = ' ';
        }
        return array.length > LONGEST
                ? array.length + " bytes " + Arrays.hashCode(array)
                : HexFormat.of().formatHex(array);
    }
}
