package org.strongroom.dicom;

import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Private Information of File Meta Information, PS3.10 section 7.1: in which character set the texts of a data set
 * without (0008,0005) are taken to be. The data set stays as it was received.
 */
final class AssumedCharacterSet {
    private static final Tag CREATOR = Tag.of(0x0002, 0x0100);
    private static final Tag INFORMATION = Tag.of(0x0002, 0x0102);
    private static final String NAME = "CHARSET=";
    private static final int LONGEST = 1024;

    private AssumedCharacterSet() {}

    static DataSet noted(DataSet meta, SpecificCharacterSet assumed) {
        byte[] text = (NAME + String.join("\\", assumed.terms())).getBytes(StandardCharsets.US_ASCII);
        if (text.length > LONGEST) {
            throw new IllegalArgumentException("terms of a character set with more than " + LONGEST + " bytes");
        }
        return meta.withText(CREATOR, VR.UI, List.of(Implementation.classUid.value()))
                .withBytes(INFORMATION, VR.OB, ValueType.padded(text, VR.OB));
    }

    static Optional<SpecificCharacterSet> in(DataSet meta) {
        boolean ours = meta.text(CREATOR).equals(List.of(Implementation.classUid.value()));
        if (!ours
                || !(meta.element(INFORMATION).orElse(null) instanceof Element.Encoded noted)
                || noted.bytes().byteSize() > LONGEST + 1) {
            return Optional.empty();
        }
        String text = new String(noted.bytes().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
        int end = text.endsWith("\0") ? text.length() - 1 : text.length();
        return text.startsWith(NAME)
                ? Optional.of(SpecificCharacterSet.of(
                        List.of(text.substring(NAME.length(), end).split("\\\\", -1))))
                : Optional.empty();
    }
}
