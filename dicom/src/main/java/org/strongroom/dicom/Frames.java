package org.strongroom.dicom;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where each frame of pixel data lies, PS3.5 section 8 and annex A.4: from a data set in memory, or by
 * {@link FrameScanner} from bytes as they arrive. Nothing is decoded, no value but the tables is kept.
 *
 * <p>Offsets count from the first byte of the data set (after inflation, for a deflated one), as
 * {@link DataSet#bytes(ByteRange)} wants them.
 */
public final class Frames {
    static final Tag EXTENDED_OFFSETS = new Tag(0x7FE00001);
    static final Tag EXTENDED_LENGTHS = new Tag(0x7FE00002);
    static final Tag FLOAT_PIXEL_DATA = new Tag(0x7FE00008);
    static final Tag DOUBLE_FLOAT_PIXEL_DATA = new Tag(0x7FE00009);
    static final Tag PIXEL_DATA = new Tag(0x7FE00010);

    /** What is not as PS3.5 wants it, in the pixel data's framing. */
    public enum Irregularity {
        /** A Basic or Extended Offset Table that does not lead to the fragments; frames were found without it. */
        BAD_OFFSET_TABLE,
        /** Fewer fragments than frames: those at the end are missing. */
        FRAMES_MISSING,
        /** More fragments than frames, and nothing tells which belong together: no frame is found. */
        AMBIGUOUS_FRAGMENTS,
        /** Native pixel data shorter than its frames: those at the end are missing. */
        TOO_SHORT,
        /** Native pixel data with bytes after its last frame, more than the one that makes its length even. */
        TOO_LONG,
        /** YBR_FULL_422 and the like with every sample stored. */
        NOT_SUBSAMPLED,
        /** Rows, Columns or Bits Allocated missing or zero. */
        NO_SHAPE,
        /** Native pixel data although the transfer syntax says encapsulated, or the other way round. */
        OTHER_THAN_SYNTAX,
        /** The fragments end without a Sequence Delimitation Item. */
        MISSING_DELIMITER
    }

    private final int count;
    private final FrameMap map;
    private final Set<Irregularity> irregularities;

    /** How frames are found: numbers once for all frames, or for each its first fragment. */
    sealed interface FrameMap {
        int located();

        List<ByteRange> ranges(int frame);

        /** {@code bits} in each frame, from {@code offset} on. */
        record Native(long offset, long bits, int located) implements FrameMap {
            @Override
            public List<ByteRange> ranges(int frame) {
                long first = Math.multiplyExact(bits, frame);
                long from = first / 8;
                return List.of(new ByteRange(offset + from, (first + bits + 7) / 8 - from));
            }
        }

        /**
         * Ranges of fragments.
         *
         * @param firsts first fragment of each frame, and at the end the one after the last
         * @param lengths of each frame, where an Extended Offset Table told; else empty
         */
        @SuppressWarnings("ArrayRecordComponent") // never compared
        record Encapsulated(FragmentList fragments, int[] firsts, long[] lengths) implements FrameMap {
            @Override
            public int located() {
                return firsts.length - 1;
            }

            @Override
            public List<ByteRange> ranges(int frame) {
                if (lengths.length > 0) {
                    return List.of(new ByteRange(fragments.offset(firsts[frame]), lengths[frame]));
                }
                List<ByteRange> ranges = new ArrayList<>(firsts[frame + 1] - firsts[frame]);
                for (int at = firsts[frame]; at < firsts[frame + 1]; at++) {
                    ranges.add(fragments.range(at));
                }
                return List.copyOf(ranges);
            }
        }

        /** One bit stream over all fragments, in which frames are not told apart: video. */
        record Stream(FragmentList fragments) implements FrameMap {
            @Override
            public int located() {
                return 0;
            }

            @Override
            public List<ByteRange> ranges(int frame) {
                return List.of();
            }
        }
    }

    Frames(int count, FrameMap map, Set<Irregularity> irregularities) {
        this.count = count;
        this.map = map;
        this.irregularities = Set.copyOf(irregularities);
    }

    /** Of a data set in memory; empty where it has no pixel data (or an edit put it in). */
    public static Optional<Frames> of(DataSet dataSet, TransferSyntax syntax) {
        PixelShape shape = PixelShape.of(dataSet);
        for (Tag tag : List.of(PIXEL_DATA, FLOAT_PIXEL_DATA, DOUBLE_FLOAT_PIXEL_DATA)) {
            Optional<FragmentList> fragments = dataSet.fragmentList(tag);
            if (fragments.isPresent()) {
                FragmentList list = fragments.get();
                list.extendedOffsets = table(dataSet, EXTENDED_OFFSETS);
                list.extendedLengths = table(dataSet, EXTENDED_LENGTHS);
                return Optional.of(FrameAssembly.encapsulated(shape, syntax, list));
            }
            Optional<ByteRange> value = dataSet.valueRange(tag);
            if (value.isPresent()) {
                return Optional.of(FrameAssembly.uncompressed(shape, syntax, value.get()));
            }
        }
        return Optional.empty();
    }

    private static byte[] table(DataSet dataSet, Tag tag) {
        return dataSet.element(tag)
                .filter(Element.Encoded.class::isInstance)
                .map(element -> ((Element.Encoded) element).bytes().toArray(ValueLayout.JAVA_BYTE))
                .orElse(new byte[0]);
    }

    /** Number of Frames as the data set says, whether or not they are all there. */
    public int count() {
        return count;
    }

    /** How many of the first frames have been found; 0 where the fragments are one bit stream or cannot be told apart. */
    public int located() {
        return map.located();
    }

    /** Whether these are fragments (PS3.5 A.4), not native pixel data. */
    public boolean isEncapsulated() {
        return !(map instanceof FrameMap.Native);
    }

    /** Whether the fragments are one bit stream (PS3.5 A.4.5 and following: MPEG2, H.264, HEVC), which {@link #stream} gives. */
    public boolean isStream() {
        return map instanceof FrameMap.Stream;
    }

    /**
     * The bytes of a frame: one range of native pixel data (whole bytes: see {@link #firstBit}), or its fragments in order.
     * A fragment may end with a byte of padding, unless an Extended Offset Table told the length.
     *
     * @param frame from 0
     * @throws IndexOutOfBoundsException when it is not among the {@link #located} ones
     */
    public List<ByteRange> ranges(int frame) {
        if (frame < 0 || frame >= map.located()) {
            throw new IndexOutOfBoundsException("frame " + frame + " of " + map.located() + " that were found");
        }
        return map.ranges(frame);
    }

    /** The bit of the first byte of {@link #ranges}, from the lowest, at which the frame begins; 0 but for packed bits. */
    public int firstBit(int frame) {
        return map instanceof FrameMap.Native plain ? (int) (Math.multiplyExact(plain.bits, frame) % 8) : 0;
    }

    /** All fragments in order, the Basic Offset Table left out; for native pixel data nothing. */
    public List<ByteRange> stream() {
        return switch (map) {
            case FrameMap.Native _ -> List.of();
            case FrameMap.Encapsulated(FragmentList fragments, int[] _, long[] _) -> all(fragments);
            case FrameMap.Stream(FragmentList fragments) -> all(fragments);
        };
    }

    private static List<ByteRange> all(FragmentList fragments) {
        List<ByteRange> ranges = new ArrayList<>(fragments.count);
        for (int at = 0; at < fragments.count; at++) {
            ranges.add(fragments.range(at));
        }
        return List.copyOf(ranges);
    }

    /** The bytes of a frame in one piece, copied from the data set they were found in. */
    public byte[] bytes(DataSet dataSet, int frame) {
        return joined(dataSet, ranges(frame));
    }

    /** These ranges of the data set, one after the other, copied. */
    public static byte[] joined(DataSet dataSet, List<ByteRange> ranges) {
        long length = 0;
        for (ByteRange range : ranges) {
            length += range.length(); // each lies in an array, so this is small
        }
        byte[] bytes = new byte[Math.toIntExact(length)];
        int at = 0;
        for (ByteRange range : ranges) {
            MemorySegment.copy(dataSet.bytes(range), ValueLayout.JAVA_BYTE, 0, bytes, at, (int) range.length());
            at += (int) range.length();
        }
        return bytes;
    }

    public Set<Irregularity> irregularities() {
        return irregularities;
    }
}
