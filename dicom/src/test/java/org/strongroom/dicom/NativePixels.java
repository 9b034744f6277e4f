package org.strongroom.dicom;

/** Frames of native pixel data in the convention of the corpus: little endian, samples interleaved. */
final class NativePixels {
    private NativePixels() {}

    static byte[] frame(DataSet dataSet, TransferSyntax syntax, Frames frames, int frame) {
        PixelShape shape = PixelShape.of(dataSet);
        byte[] bytes = frames.bytes(dataSet, frame);
        if (syntax.bigEndian()) {
            bytes = swapped(dataSet, frames, frame, shape, bytes);
        }
        boolean planar = shape.samplesPerPixel() > 1
                && dataSet.get(Attributes.PlanarConfiguration).orElse(0) == 1;
        return planar ? interleaved(bytes, shape) : bytes;
    }

    /** Words of two bytes are swapped in the whole value, whatever a sample has: an odd frame shares one with the next. */
    private static byte[] swapped(DataSet dataSet, Frames frames, int frame, PixelShape shape, byte[] bytes) {
        boolean words = dataSet.element(Frames.PIXEL_DATA).orElseThrow().vr() == VR.OW;
        int unit = shape.bitsAllocated() <= 8 ? (words ? 2 : 1) : shape.bitsAllocated() / 8;
        if (unit == 1) {
            return bytes;
        }
        long value = dataSet.valueRange(Frames.PIXEL_DATA).orElseThrow().offset();
        ByteRange range = frames.ranges(frame).getFirst();
        byte[] result = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            long at = range.offset() - value + i;
            long from = at / unit * unit + (unit - 1 - at % unit);
            result[i] = dataSet.bytes(new ByteRange(value + from, 1)).get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0);
        }
        return result;
    }

    private static byte[] interleaved(byte[] planes, PixelShape shape) {
        int sample = shape.bitsAllocated() / 8;
        int pixels = planes.length / sample / shape.samplesPerPixel();
        byte[] result = new byte[planes.length];
        for (int plane = 0; plane < shape.samplesPerPixel(); plane++) {
            for (int pixel = 0; pixel < pixels; pixel++) {
                System.arraycopy(
                        planes,
                        (plane * pixels + pixel) * sample,
                        result,
                        (pixel * shape.samplesPerPixel() + plane) * sample,
                        sample);
            }
        }
        return result;
    }
}
