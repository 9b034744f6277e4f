package org.strongroom.dicom.validate;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;

/** Walks over one element of any length in a stream, header by header, keeping nothing of it: PS3.5 section 7.1, A.4. */
final class Framing {
    private static final long UNDEFINED = 0xFFFFFFFFL;

    private final InputStream in;
    private final TransferSyntax syntax;
    private long offset;

    /** @param offset of the first byte of {@code in} in the data set, for messages */
    Framing(InputStream in, TransferSyntax syntax, long offset) {
        this.in = in;
        this.syntax = syntax;
        this.offset = offset;
    }

    /** @throws DicomFormatException when the element is cut off, or what stands in it are no fragments */
    Bulk read() throws IOException {
        long start = offset;
        Tag tag = Tag.of(number(2), number(2));
        String letters = "";
        long length;
        if (syntax.explicitVr()) {
            letters = "" + (char) (number(1) & 0x7F) + (char) (number(1) & 0x7F);
            boolean longLength = "OB OD OF OL OV OW SQ SV UC UN UR UT UV".contains(letters);
            int low = number(2);
            length = longLength ? number(4) & UNDEFINED : low;
        } else {
            length = number(4) & UNDEFINED;
        }
        if (length != UNDEFINED) {
            skip(length, tag, start);
            return new Bulk(tag, letters, length, -1);
        }
        boolean fragments = tag.group() == 0x7FE0;
        return new Bulk(tag, letters, -1, fragments ? fragments(tag) : -1);
    }

    private long fragments(Tag tag) throws IOException {
        long count = 0;
        while (true) {
            long start = offset;
            Tag item = Tag.of(number(2), number(2));
            long length = number(4) & UNDEFINED;
            if (item.equals(new Tag(0xFFFEE0DD))) {
                return count;
            }
            if (!item.equals(new Tag(0xFFFEE000)) || length == UNDEFINED) {
                throw new DicomFormatException("no fragment where one must begin", start, tag.toString());
            }
            skip(length, tag, start);
            count++;
        }
    }

    private void skip(long length, Tag tag, long start) throws IOException {
        try {
            in.skipNBytes(length);
            offset += length;
        } catch (EOFException e) {
            throw new DicomFormatException("a value of " + length + " bytes is cut off", start, tag.toString());
        }
    }

    private int number(int bytes) throws IOException {
        int value = 0;
        for (int i = 0; i < bytes; i++) {
            int b = in.read();
            if (b < 0) {
                throw new DicomFormatException("the data set ends within an element", offset, "");
            }
            offset++;
            value = syntax.bigEndian() ? (value << 8) | b : value | (b << (8 * i));
        }
        return value;
    }
}
