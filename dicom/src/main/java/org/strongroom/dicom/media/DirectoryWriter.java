package org.strongroom.dicom.media;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;

/** Writes records with their offsets, which are known once all lengths are: two passes, no copy of a record. */
final class DirectoryWriter {
    private static final TransferSyntax SYNTAX = TransferSyntax.ExplicitVRLittleEndian;
    /** Item header, the next record's offset, the in-use flag, the offset of those below. */
    private static final int FIXED = 8 + 12 + 10 + 12;

    private final String fileSetId;
    private final FileSetBuilder.Node root;

    DirectoryWriter(String fileSetId, FileSetBuilder.Node root) {
        this.fileSetId = fileSetId;
        this.root = root;
    }

    void writeTo(OutputStream out, long mostBytes) throws IOException {
        byte[] meta = Part10.header(DicomDirectory.MEDIA_STORAGE_DIRECTORY, newUid(), SYNTAX, Optional.empty());
        int before = meta.length + leading(0, 0).length + 12;
        long end = place(root, before);
        if (end > mostBytes) {
            throw new IOException("a DICOMDIR of " + end + " bytes: its offsets reach 4 GiB");
        }
        out.write(meta);
        long first = root.children.isEmpty() ? 0 : root.children.getFirst().offset;
        long last = root.children.isEmpty() ? 0 : root.children.getLast().offset;
        out.write(leading(first, last));
        out.write(longElement(0x1220, "SQ", end - before));
        write(root.children, out);
    }

    /** Depth is bounded: RecordTree and add allow no deeper. */
    private static long place(FileSetBuilder.Node node, long from) {
        long at = from;
        for (FileSetBuilder.Node child : node.children) {
            child.offset = at;
            at = place(child, at + FIXED + child.elements.length);
        }
        return at;
    }

    private static void write(List<FileSetBuilder.Node> siblings, OutputStream out) throws IOException {
        for (int i = 0; i < siblings.size(); i++) {
            FileSetBuilder.Node node = siblings.get(i);
            long next = i + 1 < siblings.size() ? siblings.get(i + 1).offset : 0;
            long below = node.children.isEmpty() ? 0 : node.children.getFirst().offset;
            ByteBuffer fixed = ByteBuffer.allocate(FIXED).order(ByteOrder.LITTLE_ENDIAN);
            fixed.putInt(0xE000FFFE).putInt(FIXED - 8 + node.elements.length);
            fixed.putInt(0x14000004)
                    .put((byte) 'U')
                    .put((byte) 'L')
                    .putShort((short) 4)
                    .putInt((int) next);
            fixed.putInt(0x14100004)
                    .put((byte) 'U')
                    .put((byte) 'S')
                    .putShort((short) 2)
                    .putShort((short) 0xFFFF);
            fixed.putInt(0x14200004)
                    .put((byte) 'U')
                    .put((byte) 'L')
                    .putShort((short) 4)
                    .putInt((int) below);
            out.write(fixed.array());
            out.write(node.elements);
            write(node.children, out);
        }
    }

    private byte[] leading(long first, long last) {
        DataSet elements = fileSetId.isEmpty()
                ? DataSet.empty().withEmpty(Attributes.FileSetID.tag(), VR.CS)
                : DataSet.empty().with(Attributes.FileSetID, fileSetId);
        return elements.with(Attributes.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity, first)
                .with(Attributes.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity, last)
                .with(Attributes.FileSetConsistencyFlag, 0)
                .toBytes(SYNTAX);
    }

    private static byte[] longElement(int element, String vr, long length) {
        return ByteBuffer.allocate(12)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) 4)
                .putShort((short) element)
                .put((byte) vr.charAt(0))
                .put((byte) vr.charAt(1))
                .putShort((short) 0)
                .putInt((int) length)
                .array();
    }

    /** PS3.5 annex B.2: from a random UUID. */
    private static Uid newUid() {
        UUID random = UUID.randomUUID();
        BigInteger number = new BigInteger(random.toString().replace("-", ""), 16);
        return new Uid("2.25." + number);
    }
}
