package org.strongroom.gateway.dimse;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.Uids;

/** The choice of transfer syntaxes. */
final class Syntaxes {
    /** Of PS3.6, but no encoding of a data set that is explicit or implicit VR as PS3.5 annex A has it. */
    private static final List<Uid> NOT_KEPT = List.of(
            Uids.RFC2557MIMEEncapsulation,
            Uids.XMLEncoding,
            // Streams, never stored.
            Uids.SMPTEST211020UncompressedProgressiveActiveVideo,
            Uids.SMPTEST211020UncompressedInterlacedActiveVideo,
            Uids.SMPTEST211030PCMDigitalAudio,
            Uids.Papyrus3ImplicitVRLittleEndian);

    private static final Set<Uid> STORABLE = storable();

    /** Those a data set can be rewritten in without touching pixels, the best first. */
    static final List<TransferSyntax> NATIVE = List.of(
            TransferSyntax.ExplicitVRLittleEndian,
            TransferSyntax.ImplicitVRLittleEndian,
            TransferSyntax.ExplicitVRBigEndian);

    private Syntaxes() {}

    /**
     * For a storage context: the first proposed that is known, since the requestor puts first what it has. Only Implicit VR
     * Little Endian gives way to Explicit VR Little Endian in the same context: it is listed first because it is the
     * default (PS3.5 section 10.1), and it would lose the VRs of private elements.
     */
    static Optional<TransferSyntax> forStorage(List<TransferSyntax> proposed) {
        Optional<TransferSyntax> first = proposed.stream()
                .filter(syntax -> STORABLE.contains(syntax.uid()))
                .findFirst();
        boolean giveWay =
                first.filter(TransferSyntax.ImplicitVRLittleEndian::equals).isPresent()
                        && proposed.contains(TransferSyntax.ExplicitVRLittleEndian);
        return giveWay ? Optional.of(TransferSyntax.ExplicitVRLittleEndian) : first;
    }

    /** For contexts of the other services, whose data sets are written by each side itself. */
    static Optional<TransferSyntax> forIdentifiers(List<TransferSyntax> proposed) {
        return NATIVE.stream().filter(proposed::contains).findFirst();
    }

    /**
     * In what an instance can be sent: as it is stored, or if it is stored native (PS3.5 annex A.1 to A.3, A.5) in another
     * native syntax that is accepted. Compressed pixels are never decoded for a peer.
     */
    static Optional<TransferSyntax> forSending(TransferSyntax stored, Collection<TransferSyntax> accepted) {
        if (accepted.contains(stored)) {
            return Optional.of(stored);
        }
        return stored.encapsulated()
                ? Optional.empty()
                : NATIVE.stream().filter(accepted::contains).findFirst();
    }

    private static Set<Uid> storable() {
        Set<Uid> syntaxes = new HashSet<>(Dictionary.standard().transferSyntaxes());
        NOT_KEPT.forEach(syntaxes::remove);
        return Set.copyOf(syntaxes);
    }
}
