package org.strongroom.dicom;

import java.util.Locale;
import java.util.Optional;

/**
 * How much a frame of native pixel data takes, PS3.3 section C.7.6.3.
 *
 * @param rows 0 where the data set does not say
 * @param bitsAllocated for each sample as stored; 32 and 64 for Float and Double Float Pixel Data
 * @param frames as Number of Frames says, 1 where it says nothing
 */
public record PixelShape(
        int rows, int columns, int samplesPerPixel, int bitsAllocated, Subsampling subsampling, int frames) {
    /** How much of the two colour channels is stored, PS3.3 section C.7.6.3.1.2. */
    public enum Subsampling {
        NONE,
        /** YBR_FULL_422, YBR_PARTIAL_422: two thirds of the samples. */
        YBR_422,
        /** YBR_PARTIAL_420: half of the samples. */
        YBR_420
    }

    /** As the data set describes its pixel data, whether or not it has any. */
    public static PixelShape of(DataSet dataSet) {
        int bits = dataSet.contains(Frames.DOUBLE_FLOAT_PIXEL_DATA)
                ? 64
                : dataSet.contains(Frames.FLOAT_PIXEL_DATA)
                        ? 32
                        : dataSet.get(Attributes.BitsAllocated).orElse(0);
        int samples = dataSet.get(Attributes.SamplesPerPixel).orElse(1);
        return new PixelShape(
                dataSet.get(Attributes.Rows).orElse(0),
                dataSet.get(Attributes.Columns).orElse(0),
                samples,
                bits,
                samples == 3 ? subsampling(dataSet.get(Attributes.PhotometricInterpretation)) : Subsampling.NONE,
                frames(dataSet));
    }

    /** Some devices leave a zero byte behind the number. */
    private static int frames(DataSet dataSet) {
        Optional<Integer> exact = dataSet.get(Attributes.NumberOfFrames);
        if (exact.isPresent()) {
            return Math.max(1, exact.get());
        }
        String text = String.join("", dataSet.text(Attributes.NumberOfFrames.tag()))
                .replace('\0', ' ')
                .strip();
        return text.matches("[0-9]{1,9}") ? Math.max(1, Integer.parseInt(text)) : 1;
    }

    private static Subsampling subsampling(Optional<String> photometric) {
        return switch (photometric.orElse("").strip().toUpperCase(Locale.ROOT)) {
            case "YBR_FULL_422", "YBR_PARTIAL_422" -> Subsampling.YBR_422;
            case "YBR_PARTIAL_420" -> Subsampling.YBR_420;
            default -> Subsampling.NONE;
        };
    }

    /** The same with every sample stored, as some devices do whatever the photometric interpretation says. */
    PixelShape unsubsampled() {
        return new PixelShape(rows, columns, samplesPerPixel, bitsAllocated, Subsampling.NONE, frames);
    }

    /**
     * Length of a frame of native pixel data in bits: frames follow one another without padding, so one of single bits
     * need not begin at a byte.
     *
     * @throws ArithmeticException when it is no 64-bit number
     */
    public long frameBits() {
        long samples = Math.multiplyExact(Math.multiplyExact((long) rows, columns), samplesPerPixel);
        long stored = switch (subsampling) {
            case NONE -> samples;
            case YBR_422 -> samples / 3 * 2;
            case YBR_420 -> samples / 2;
        };
        return Math.multiplyExact(stored, bitsAllocated);
    }
}
