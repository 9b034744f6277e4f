package org.strongroom.dicom;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A transfer syntax is five facts, PS3.5 section 10 and annex A; codecs are elsewhere. */
public record TransferSyntax(Uid uid, boolean explicitVr, boolean bigEndian, boolean deflated, boolean encapsulated) {
    public static final TransferSyntax ImplicitVRLittleEndian = native_(Uids.ImplicitVRLittleEndian, false, false);
    public static final TransferSyntax ExplicitVRLittleEndian = native_(Uids.ExplicitVRLittleEndian, true, false);
    public static final TransferSyntax ExplicitVRBigEndian = native_(Uids.ExplicitVRBigEndian, true, true);
    public static final TransferSyntax DeflatedExplicitVRLittleEndian =
            new TransferSyntax(Uids.DeflatedExplicitVRLittleEndian, true, false, true, false);

    private static final Map<Uid, TransferSyntax> NAMED = Stream.of(
                    ImplicitVRLittleEndian,
                    ExplicitVRLittleEndian,
                    ExplicitVRBigEndian,
                    DeflatedExplicitVRLittleEndian,
                    // Pixel data by reference (annex A.6, A.7, A.22, A.23): no pixel data element, so nothing
                    // encapsulated.
                    new TransferSyntax(Uids.JPIPReferenced, true, false, false, false),
                    new TransferSyntax(Uids.JPIPHTJ2KReferenced, true, false, false, false),
                    new TransferSyntax(Uids.JPIPReferencedDeflate, true, false, true, false),
                    new TransferSyntax(Uids.JPIPHTJ2KReferencedDeflate, true, false, true, false),
                    // Papyrus 3 (retired) and GE private big endian pixels: implicit VR little endian elements.
                    new TransferSyntax(Uids.Papyrus3ImplicitVRLittleEndian, false, false, false, false),
                    new TransferSyntax(new Uid("1.2.840.113619.5.2"), false, false, false, false))
            .collect(Collectors.toUnmodifiableMap(TransferSyntax::uid, Function.identity()));

    /**
     * The transfer syntax with this UID. One not named here is explicit VR little endian with encapsulated pixel data,
     * which holds for the rest of PS3.5 annex A and is the assumption for unknown ones.
     */
    public static TransferSyntax of(Uid uid) {
        TransferSyntax named = NAMED.get(uid);
        return named == null ? new TransferSyntax(uid, true, false, false, true) : named;
    }

    private static TransferSyntax native_(Uid uid, boolean explicitVr, boolean bigEndian) {
        return new TransferSyntax(uid, explicitVr, bigEndian, false, false);
    }

    @Override
    public String toString() {
        return uid.value();
    }
}
