package org.strongroom.dicom;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.strongroom.dicom.Frames.FrameMap;
import org.strongroom.dicom.Frames.Irregularity;

/**
 * Puts fragments together to frames, PS3.5 annex A.4.
 *
 * <p>In this order, the first that holds: video is one stream; an Extended Offset Table; a Basic Offset Table; one
 * frame takes all fragments; as many fragments as frames; as many of those that hold anything as frames; as many
 * fragments that begin an image as frames, the rest continuing the one before. A table counts only if it has an entry
 * for each frame and each leads, in ascending order from the first, to the beginning of a fragment; otherwise it is
 * noted and left aside. What none of these explains is not guessed at. All work is bounded by the number of fragments
 * that are there: Number of Frames is only compared.
 */
final class FrameAssembly {
    private static final String JPEG_FAMILY = "1.2.840.10008.1.2.4.";
    private static final int[] NO_FIRSTS = {0};

    private FrameAssembly() {}

    /** MPEG2, MPEG-4 AVC/H.264 and HEVC/H.265, those in several fragments included (PS3.5 A.4.5 to A.4.8). */
    static boolean isVideo(TransferSyntax syntax) {
        String uid = syntax.uid().value();
        if (!uid.startsWith(JPEG_FAMILY)) {
            return false;
        }
        String last = uid.substring(JPEG_FAMILY.length());
        return last.matches("10[0-8](\\.1)?");
    }

    static Frames uncompressed(PixelShape declared, TransferSyntax syntax, ByteRange value) {
        Set<Irregularity> seen = EnumSet.noneOf(Irregularity.class);
        if (syntax.encapsulated()) {
            seen.add(Irregularity.OTHER_THAN_SYNTAX);
        }
        PixelShape shape = declared;
        if (declared.subsampling() != PixelShape.Subsampling.NONE && isWhole(declared.unsubsampled(), value.length())) {
            shape = declared.unsubsampled();
            seen.add(Irregularity.NOT_SUBSAMPLED);
        }
        long bits = frameBits(shape);
        if (bits == 0) {
            seen.add(Irregularity.NO_SHAPE);
            return new Frames(shape.frames(), new FrameMap.Native(value.offset(), 0, 0), seen);
        }
        long there = Math.multiplyExact(value.length(), 8) / bits;
        if (there < shape.frames()) {
            seen.add(Irregularity.TOO_SHORT);
        } else if (value.length() > paddedBytes(shape)) {
            seen.add(Irregularity.TOO_LONG);
        }
        int located = (int) Math.min(there, shape.frames());
        return new Frames(shape.frames(), new FrameMap.Native(value.offset(), bits, located), seen);
    }

    private static boolean isWhole(PixelShape shape, long length) {
        long bits = frameBits(shape);
        return bits > 0 && length * 8 / bits >= shape.frames() && length <= paddedBytes(shape);
    }

    /** A frame that no number tells is longer than anything that is there. */
    private static long frameBits(PixelShape shape) {
        try {
            return shape.frameBits();
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }

    /** To be asked only where so many frames are there, so that it does not overflow. */
    private static long paddedBytes(PixelShape shape) {
        long bytes = Math.addExact(Math.multiplyExact(shape.frameBits(), shape.frames()), 7) / 8;
        return bytes + (bytes & 1);
    }

    static Frames encapsulated(PixelShape shape, TransferSyntax syntax, FragmentList fragments) {
        Set<Irregularity> seen = EnumSet.noneOf(Irregularity.class);
        if (!syntax.encapsulated()) {
            seen.add(Irregularity.OTHER_THAN_SYNTAX);
        }
        if (!fragments.delimited) {
            seen.add(Irregularity.MISSING_DELIMITER);
        }
        int frames = shape.frames();
        if (isVideo(syntax)) {
            return new Frames(frames, new FrameMap.Stream(fragments), seen);
        }
        FrameMap map = extended(frames, fragments, seen)
                .or(() -> basic(frames, fragments, seen))
                .orElseGet(() -> withoutTable(frames, fragments, seen));
        return new Frames(frames, map, seen);
    }

    private static Optional<FrameMap> extended(int frames, FragmentList fragments, Set<Irregularity> seen) {
        byte[] offsets = fragments.extendedOffsets;
        byte[] lengths = fragments.extendedLengths;
        if (offsets.length == 0 && lengths.length == 0) {
            return Optional.empty();
        }
        boolean fits = offsets.length == 8L * frames && lengths.length == offsets.length && frames <= fragments.count;
        int[] firsts = new int[fits ? frames + 1 : 0];
        long[] sizes = new long[fits ? frames : 0];
        for (int i = 0; fits && i < frames; i++) {
            firsts[i] = fragments.atItem(Value.longAt(offsets, i * 8, false));
            sizes[i] = Value.longAt(lengths, i * 8, false);
            fits = firsts[i] >= 0
                    && (i == 0 ? firsts[i] == 0 : firsts[i] > firsts[i - 1])
                    && sizes[i] >= 0
                    && sizes[i] <= fragments.length(firsts[i]);
        }
        if (!fits) {
            seen.add(Irregularity.BAD_OFFSET_TABLE);
            return Optional.empty();
        }
        firsts[frames] = fragments.count;
        return Optional.of(new FrameMap.Encapsulated(fragments, firsts, sizes));
    }

    private static Optional<FrameMap> basic(int frames, FragmentList fragments, Set<Irregularity> seen) {
        byte[] table = fragments.basicTable;
        if (table.length == 0) {
            return Optional.empty();
        }
        boolean fits = table.length == 4L * frames && frames <= fragments.count;
        int[] firsts = new int[fits ? frames + 1 : 0];
        for (int i = 0; fits && i < frames; i++) {
            firsts[i] = fragments.atItem(Value.intAt(table, i * 4, false) & 0xFFFFFFFFL);
            fits = firsts[i] >= 0 && (i == 0 ? firsts[i] == 0 : firsts[i] > firsts[i - 1]);
        }
        if (!fits) {
            seen.add(Irregularity.BAD_OFFSET_TABLE);
            return Optional.empty();
        }
        firsts[frames] = fragments.count;
        return Optional.of(new FrameMap.Encapsulated(fragments, firsts, new long[0]));
    }

    private static FrameMap withoutTable(int frames, FragmentList fragments, Set<Irregularity> seen) {
        int count = fragments.count;
        if (count == 0) {
            seen.add(Irregularity.FRAMES_MISSING);
            return map(fragments, NO_FIRSTS);
        }
        if (frames == 1) {
            return map(fragments, new int[] {0, count});
        }
        if (frames >= count) {
            if (frames > count) {
                seen.add(Irregularity.FRAMES_MISSING);
            }
            int[] firsts = new int[count + 1];
            Arrays.setAll(firsts, i -> i);
            return map(fragments, firsts);
        }
        return grouped(frames, fragments, (list, at) -> list.length(at) > 0)
                .or(() -> grouped(frames, fragments, FragmentList::starts))
                .or(() -> grouped(frames, fragments, (list, at) -> list.starts(at) && (at == 0 || list.ends(at - 1))))
                .orElseGet(() -> {
                    seen.add(Irregularity.AMBIGUOUS_FRAGMENTS);
                    return map(fragments, NO_FIRSTS);
                });
    }

    private interface Begins {
        boolean at(FragmentList fragments, int index);
    }

    /** If so many fragments begin a frame, the first among them. */
    private static Optional<FrameMap> grouped(int frames, FragmentList fragments, Begins begins) {
        int[] firsts = new int[frames + 1];
        int found = 0;
        for (int at = 0; at < fragments.count; at++) {
            if (begins.at(fragments, at)) {
                if (found == frames) {
                    return Optional.empty();
                }
                firsts[found++] = at;
            }
        }
        firsts[frames] = fragments.count;
        return found == frames && firsts[0] == 0 ? Optional.of(map(fragments, firsts)) : Optional.empty();
    }

    private static FrameMap map(FragmentList fragments, int[] firsts) {
        return new FrameMap.Encapsulated(fragments, firsts, new long[0]);
    }
}
