package org.strongroom.dicom;

/** A transfer syntax is five facts, PS3.5 section 10 and annex A; codecs are elsewhere. */
public record TransferSyntax(Uid uid, boolean explicitVr, boolean bigEndian, boolean deflated, boolean encapsulated) {
    public static final TransferSyntax ImplicitVRLittleEndian = native_("1.2.840.10008.1.2", false, false);
    public static final TransferSyntax ExplicitVRLittleEndian = native_("1.2.840.10008.1.2.1", true, false);
    public static final TransferSyntax ExplicitVRBigEndian = native_("1.2.840.10008.1.2.2", true, true);
    public static final TransferSyntax DeflatedExplicitVRLittleEndian =
            new TransferSyntax(new Uid("1.2.840.10008.1.2.1.99"), true, false, true, false);

    /**
     * The transfer syntax with this UID. One not named here is explicit VR little endian with encapsulated pixel data,
     * which holds for the rest of PS3.5 annex A and is the assumption for unknown ones.
     */
    public static TransferSyntax of(Uid uid) {
        return switch (uid.value()) {
            case "1.2.840.10008.1.2" -> ImplicitVRLittleEndian;
            case "1.2.840.10008.1.2.1" -> ExplicitVRLittleEndian;
            case "1.2.840.10008.1.2.2" -> ExplicitVRBigEndian;
            case "1.2.840.10008.1.2.1.99" -> DeflatedExplicitVRLittleEndian;
            // Pixel data by reference (JPIP, annex A.6, A.7, A.22, A.23): no pixel data element, so nothing
            // encapsulated.
            case "1.2.840.10008.1.2.4.94", "1.2.840.10008.1.2.4.204" ->
                new TransferSyntax(uid, true, false, false, false);
            case "1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.205" ->
                new TransferSyntax(uid, true, false, true, false);
            // Papyrus 3 (retired) and GE private big endian pixels: implicit VR little endian elements.
            case "1.2.840.10008.1.20", "1.2.840.113619.5.2" -> new TransferSyntax(uid, false, false, false, false);
            default -> new TransferSyntax(uid, true, false, false, true);
        };
    }

    private static TransferSyntax native_(String uid, boolean explicitVr, boolean bigEndian) {
        return new TransferSyntax(new Uid(uid), explicitVr, bigEndian, false, false);
    }

    @Override
    public String toString() {
        return uid.value();
    }
}
