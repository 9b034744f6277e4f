package org.strongroom.dicom.model;

import java.util.Arrays;
import java.util.List;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.ElementCursor;
import org.strongroom.dicom.SpecificCharacterSet;

/**
 * Gives the texts of a data set that was put together in UTF-8 the character set that it names: a model is UTF-8 whatever
 * (0008,0005) in it says, which tells how the data set it was made from is encoded (PS3.18 section F.2.2 note 3). Where that
 * set lacks a character, and where none is named, the data set stays UTF-8 and says so: nothing is lost.
 */
final class CharacterSets {
    private static final String UTF_8 = "ISO_IR 192";

    private CharacterSets() {}

    /** @param plain whether all texts are ASCII without escapes, which are the same bytes in nearly every set */
    static DataSet settled(DataSet dataSet, boolean plain) {
        return plain && !dataSet.cursor().romanDiffers() ? dataSet : rewritten(dataSet, true);
    }

    /** In UTF-8 whatever it names. */
    static DataSet unicode(DataSet dataSet) {
        return unnamed(dataSet).with(Attributes.SpecificCharacterSet, UTF_8);
    }

    private static DataSet unnamed(DataSet dataSet) {
        return dataSet.without(Attributes.SpecificCharacterSet).withEachItem(CharacterSets::unnamed);
    }

    private static DataSet rewritten(DataSet dataSet, boolean outermost) {
        // Of another VR than CS it may come as one value, and with spaces that are none of a term.
        List<String> named = dataSet.all(Attributes.SpecificCharacterSet).stream()
                .flatMap(value -> Arrays.stream(value.split("\\\\", -1)))
                .map(String::strip)
                .toList();
        DataSet declared = outermost
                ? dataSet.with(Attributes.SpecificCharacterSet, UTF_8)
                : dataSet.without(Attributes.SpecificCharacterSet);
        DataSet utf8 = declared.withEachItem(item -> rewritten(item, false));
        if (named.isEmpty()) {
            return outermost && fits(utf8, SpecificCharacterSet.DEFAULT) ? asNamed(utf8, dataSet) : utf8;
        }
        SpecificCharacterSet set = SpecificCharacterSet.of(named);
        if (named.equals(List.of(UTF_8)) || !fits(utf8, set)) {
            return utf8.with(Attributes.SpecificCharacterSet, UTF_8);
        }
        return utf8.recoded(set);
    }

    /** Without a character set, as {@code dataSet} is: absent or of zero length. */
    private static DataSet asNamed(DataSet ascii, DataSet dataSet) {
        return dataSet.contains(Attributes.SpecificCharacterSet)
                ? ascii.withEmpty(Attributes.SpecificCharacterSet.tag(), Attributes.SpecificCharacterSet.vr())
                : ascii.without(Attributes.SpecificCharacterSet);
    }

    /** Whether the set has all characters of the texts, those of items counted that do not name a set of their own. */
    private static boolean fits(DataSet dataSet, SpecificCharacterSet set) {
        for (ElementCursor cursor = dataSet.cursor(); cursor.next(); ) {
            boolean fits = switch (cursor.form()) {
                case ITEMS ->
                    cursor.items().stream()
                            .allMatch(item -> item.contains(Attributes.SpecificCharacterSet) || fits(item, set));
                case VALUE -> !cursor.vr().takesCharacterSet() || set.encodes(cursor.decoded());
                case ELSEWHERE -> cursor.element() instanceof Element.Fragments;
            };
            if (!fits) {
                return false;
            }
        }
        return true;
    }
}
