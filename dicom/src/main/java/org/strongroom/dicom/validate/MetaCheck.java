package org.strongroom.dicom.validate;

import java.util.List;
import java.util.Optional;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/** File Meta Information, PS3.10 section 7.1. */
final class MetaCheck {
    private static final Tag VERSION = new Tag(0x00020001);
    private static final Tag CLASS = new Tag(0x00020002);
    private static final Tag INSTANCE = new Tag(0x00020003);
    private static final Tag TRANSFER_SYNTAX = new Tag(0x00020010);
    private static final List<Tag> TYPE_1 =
            List.of(new Tag(0x00020000), VERSION, CLASS, INSTANCE, TRANSFER_SYNTAX, new Tag(0x00020012));
    private static final Tag PRIVATE_CREATOR_UID = new Tag(0x00020100);
    private static final Tag PRIVATE_INFORMATION = new Tag(0x00020102);
    private static final Tag SOP_CLASS = new Tag(0x00080016);
    private static final Tag SOP_INSTANCE = new Tag(0x00080018);

    private final Findings findings;

    MetaCheck(Findings findings) {
        this.findings = findings;
    }

    void check(Level meta, Level dataSet, TransferSyntax syntax) {
        if (meta.elements().tags().isEmpty()) {
            findings.add(Rule.META_ABSENT, meta, null, "no File Meta Information");
        } else {
            checkElements(meta);
            same(meta, CLASS, dataSet, SOP_CLASS);
            same(meta, INSTANCE, dataSet, SOP_INSTANCE);
        }
        if (Dictionary.standard().isRetired(syntax.uid())) {
            findings.add(Rule.TRANSFER_SYNTAX_RETIRED, meta, TRANSFER_SYNTAX, "a retired transfer syntax");
        }
    }

    private void checkElements(Level meta) {
        for (Tag tag : TYPE_1) {
            if (!meta.hasValue(tag)) {
                findings.add(
                        Rule.META_ELEMENT, meta, tag, meta.has(tag) ? "of zero length, type 1" : "missing, type 1");
            }
        }
        boolean version =
                ElementCheck.startsWith(meta.elements().element(VERSION).orElse(null), 0, 1);
        if (meta.hasValue(VERSION) && !(version && meta.elements().valueLength(VERSION) == 2)) {
            findings.add(Rule.META_VERSION, meta, VERSION, "not the two bytes 00H 01H");
        }
        if (meta.has(PRIVATE_INFORMATION) && !meta.has(PRIVATE_CREATOR_UID)) {
            findings.add(
                    Rule.META_ELEMENT, meta, PRIVATE_CREATOR_UID, "missing, type 1C: there is private information");
        }
    }

    private void same(Level meta, Tag inMeta, Level dataSet, Tag inDataSet) {
        List<String> one = meta.text(inMeta);
        List<String> other = dataSet.text(inDataSet);
        boolean directory =
                one.equals(List.of("1.2.840.10008.1.3.10")) || meta.text(CLASS).equals(List.of("1.2.840.10008.1.3.10"));
        if (!directory && !one.isEmpty() && !other.isEmpty() && !one.equals(other)) {
            findings.add(Rule.META_UID_DIFFERS, meta, inMeta, "not the same as " + inDataSet + " of the data set");
        }
    }

    /** The SOP class of the data set, or of the meta information where it has none as a directory does. */
    static Optional<Uid> sopClass(Level meta, Level dataSet) {
        return first(dataSet, SOP_CLASS).or(() -> first(meta, CLASS));
    }

    private static Optional<Uid> first(Level level, Tag tag) {
        return level.text(tag).stream().findFirst().flatMap(Uid::parse);
    }
}
