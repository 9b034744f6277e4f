package org.strongroom.dicom;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The DICOM file format, PS3.10 section 7: preamble, prefix, File Meta Information, data set. Files without meta
 * information are recognised too.
 *
 * <p>The meta information ends at the first element outside group 0002; its group length is not relied upon, since real
 * files have it wrong or leave it out.
 *
 * @param meta File Meta Information; empty data set where the file has none
 * @param syntax the transfer syntax of the data set, from the meta information or recognised from its first bytes
 * @param body the data set, not yet read
 * @param bodyOffset where that begins in the file, in bytes
 * @param irregularities of the file, those of the data set not among them
 */
public record Part10(
        DataSet meta, TransferSyntax syntax, InputStream body, long bodyOffset, Set<Irregularity> irregularities) {
    private static final int PREAMBLE = 128;
    private static final int PREFIX = 0x4449434D;
    private static final int FIRST_READ = 4096;

    /**
     * Reads up to where the data set begins. The caller closes {@code in}.
     *
     * @throws DicomFormatException when this is no DICOM file, or its transfer syntax is not one of PS3.6
     */
    public static Part10 open(InputStream in, Limits limits) throws IOException {
        byte[] start = in.readNBytes(FIRST_READ);
        int at = dataStart(start);
        while (true) {
            int end = metaEnd(start, at, limits);
            if (end != DataSetReader.MORE) {
                return opened(start, at, end, in, limits);
            }
            if (start.length - at > limits.valueBytes()) {
                throw new DicomFormatException(
                        "File Meta Information of more than " + limits.valueBytes() + " bytes", start.length, "");
            }
            byte[] more = in.readNBytes(start.length);
            if (more.length == 0) {
                throw new DicomFormatException("the file ends within its File Meta Information", start.length, "");
            }
            int had = start.length;
            start = Arrays.copyOf(start, had + more.length);
            System.arraycopy(more, 0, start, had, more.length);
        }
    }

    /** Preamble of zeros, prefix and File Meta Information for an instance, PS3.10 section 7.1. */
    public static byte[] header(Uid sopClass, Uid sopInstance, TransferSyntax syntax, Optional<String> sourceAeTitle) {
        return header(sopClass, sopInstance, syntax, sourceAeTitle, Optional.empty());
    }

    /**
     * The same with a note of the character set in which a data set that declares none is taken to be: Private Information
     * (0002,0102), which {@link #assumedCharacterSet} reads and others pass over.
     */
    public static byte[] header(
            Uid sopClass,
            Uid sopInstance,
            TransferSyntax syntax,
            Optional<String> sourceAeTitle,
            Optional<SpecificCharacterSet> assumed) {
        DataSet meta = DataSet.empty()
                .with(Attributes.FileMetaInformationVersion, MemorySegment.ofArray(new byte[] {0, 1}))
                .with(Attributes.MediaStorageSOPClassUID, sopClass)
                .with(Attributes.MediaStorageSOPInstanceUID, sopInstance)
                .with(Attributes.TransferSyntaxUID, syntax.uid())
                .with(Attributes.ImplementationClassUID, Implementation.classUid)
                .with(Attributes.ImplementationVersionName, Implementation.versionName);
        DataSet sourced = sourceAeTitle
                .map(title -> meta.with(Attributes.SourceApplicationEntityTitle, title))
                .orElse(meta);
        DataSet whole = assumed.isPresent() ? AssumedCharacterSet.noted(sourced, assumed.get()) : sourced;
        byte[] elements = whole.toBytes(TransferSyntax.ExplicitVRLittleEndian);
        byte[] groupLength = DataSet.empty()
                .with(Attributes.FileMetaInformationGroupLength, (long) elements.length)
                .toBytes(TransferSyntax.ExplicitVRLittleEndian);
        byte[] file = new byte[PREAMBLE + 4 + groupLength.length + elements.length];
        file[PREAMBLE] = 'D';
        file[PREAMBLE + 1] = 'I';
        file[PREAMBLE + 2] = 'C';
        file[PREAMBLE + 3] = 'M';
        System.arraycopy(groupLength, 0, file, PREAMBLE + 4, groupLength.length);
        System.arraycopy(elements, 0, file, PREAMBLE + 4 + groupLength.length, elements.length);
        return file;
    }

    /** The character set noted in File Meta Information that {@link #header} made, for a data set that declares none. */
    public static Optional<SpecificCharacterSet> assumedCharacterSet(DataSet meta) {
        return AssumedCharacterSet.in(meta);
    }

    /**
     * After preamble and prefix; at the beginning where that is an element already: DICM may stand at 128 by chance.
     */
    private static int dataStart(byte[] start) {
        boolean prefixed = start.length >= PREAMBLE + 4 && Value.intAt(start, PREAMBLE, true) == PREFIX;
        return prefixed && !(beginsWithElement(start) && !metaAt(start, PREAMBLE + 4)) ? PREAMBLE + 4 : 0;
    }

    private static boolean beginsWithElement(byte[] start) {
        int group = Value.unsignedShort(start, 0, false);
        return (group == 2 || group == 8) && VR.codeOf(start[4], start[5]) >= 0;
    }

    private static boolean metaAt(byte[] start, int at) {
        return start.length >= at + 2 && Value.unsignedShort(start, at, false) == 2;
    }

    /** Where the last element of group 0002 ends, or MORE; elements lie as in any explicit VR little endian data set. */
    private static int metaEnd(byte[] start, int from, Limits limits) {
        int at = from;
        while (true) {
            if (start.length - at < 2) {
                return start.length < FIRST_READ && at == start.length ? at : DataSetReader.MORE;
            }
            if (Value.unsignedShort(start, at, false) != 2) {
                return at;
            }
            long next = new DataSetReader(start, start.length, false, limits).elementEnd(at);
            if (next > start.length || next < 0) {
                return DataSetReader.MORE;
            }
            at = (int) next;
        }
    }

    private static Part10 opened(byte[] start, int from, int end, InputStream in, Limits limits) {
        DataSet meta = from == end
                ? DataSet.empty()
                : DataSet.read(Arrays.copyOfRange(start, from, end), TransferSyntax.ExplicitVRLittleEndian, limits);
        InputStream body = new SequenceInputStream(new ByteArrayInputStream(start, end, start.length - end), in);
        Optional<Uid> named = meta.get(Attributes.TransferSyntaxUID);
        TransferSyntax declared = named.isPresent() ? known(named.get(), from) : recognised(start, end);
        TransferSyntax syntax =
                isExplicitAfterAll(declared, start, end) ? TransferSyntax.ExplicitVRLittleEndian : declared;
        Set<Irregularity> seen = EnumSet.noneOf(Irregularity.class);
        if (from == end) {
            seen.add(Irregularity.NO_META);
        } else if (meta.get(Attributes.FileMetaInformationGroupLength).orElse(-1L) != end - from - 12) {
            seen.add(Irregularity.META_LENGTH);
        }
        if (!syntax.equals(declared)) {
            seen.add(Irregularity.OTHER_SYNTAX);
        }
        return new Part10(meta, syntax, body, end, Set.copyOf(seen));
    }

    /**
     * The letters of the very VR that the dictionary has for the first element, where implicit VR would have them as a
     * length of some 16,000 bytes: some writers change the one and not the other.
     */
    private static boolean isExplicitAfterAll(TransferSyntax declared, byte[] start, int at) {
        if (!declared.equals(TransferSyntax.ImplicitVRLittleEndian) || start.length - at < 8) {
            return false;
        }
        int tag = Value.unsignedShort(start, at, false) << 16 | Value.unsignedShort(start, at + 2, false);
        int letters = VR.codeOf(start[at + 4], start[at + 5]);
        return letters >= 0
                && letters == DataSetReader.implicitVr(tag)
                && Value.unsignedShort(start, at + 6, false) <= start.length - at - 8;
    }

    private static TransferSyntax known(Uid uid, int at) {
        TransferSyntax syntax = TransferSyntax.of(uid);
        boolean assumed = syntax.encapsulated()
                && !Dictionary.standard().transferSyntaxes().contains(uid);
        if (assumed) {
            throw new DicomFormatException("unsupported transfer syntax " + uid + ", none of PS3.6", at, "(0002,0010)");
        }
        return syntax;
    }

    /** Which of the three native syntaxes the first element is in: its VR letters, its group, its length. */
    private static TransferSyntax recognised(byte[] start, int at) {
        if (start.length - at < 8) {
            throw new DicomFormatException("no DICOM file: no data set begins here", at, "");
        }
        boolean letters = VR.codeOf(start[at + 4], start[at + 5]) >= 0;
        int little = Value.unsignedShort(start, at, false);
        int big = Value.unsignedShort(start, at, true);
        if (letters && little <= 0x7FE0 && (little < big || big == 0)) {
            return TransferSyntax.ExplicitVRLittleEndian;
        }
        if (letters && big <= 0x7FE0) {
            return TransferSyntax.ExplicitVRBigEndian;
        }
        long length = Value.intAt(start, at + 4, false) & 0xFFFFFFFFL;
        boolean plausible = !letters && little > 2 && little <= 0x10 && length <= 1 << 16;
        if (plausible) {
            return TransferSyntax.ImplicitVRLittleEndian;
        }
        throw new DicomFormatException("no DICOM file: neither a prefix nor a data set", at, "");
    }
}
