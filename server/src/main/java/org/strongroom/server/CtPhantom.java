package org.strongroom.server;

import java.util.List;

/** Axial slices of the {@link Torso} as a CT scanner would give them: 512 x 512 pixels, Hounsfield units. */
final class CtPhantom {
    static final int SIZE = 512;
    static final int SLICES = 120;
    /** Millimetres from centre to centre, in both directions. */
    static final double PIXEL = 0.78125;
    /** Millimetres from slice to slice. */
    static final double STEP = 2.5;
    /** Patient coordinates of the centre of the first pixel of a row and column, PS3.3 C.7.6.2.1.1. */
    static final double ORIGIN = -(SIZE - 1) / 2.0 * PIXEL;

    private static final double NOISE = 11;

    private final Torso torso = new Torso();
    private final TorsoTubes tubes = new TorsoTubes(torso);
    private final float[] noise = new Grain(512).tile(2);

    /** The height of a slice above the lowest, in millimetres. */
    static double height(int slice) {
        return slice * STEP;
    }

    /** One slice, row by row from the front of the patient, from the right to the left of the patient. */
    short[] slice(int slice) {
        double z = height(slice);
        float[] picture = new float[SIZE * SIZE];
        for (int row = 0; row < SIZE; row++) {
            double y = ORIGIN + row * PIXEL;
            for (int column = 0; column < SIZE; column++) {
                picture[row * SIZE + column] = torso.tissue(ORIGIN + column * PIXEL, y, z, PIXEL);
            }
        }
        for (List<Tube> kind : List.of(
                tubes.lungVessels(),
                tubes.airways(),
                tubes.greatVessels(),
                tubes.organVessels(),
                tubes.bones(),
                tubes.marrow())) {
            kind.forEach(tube -> paint(picture, tube, z));
        }
        table(picture);
        return finish(picture, slice);
    }

    private static void paint(float[] picture, Tube tube, double z) {
        if (!tube.reaches(z)) {
            return;
        }
        double reach = tube.radius() + PIXEL;
        int left = pixel(Math.min(tube.x0(), tube.x1()) - reach);
        int right = pixel(Math.max(tube.x0(), tube.x1()) + reach);
        int top = pixel(Math.min(tube.y0(), tube.y1()) - reach);
        int bottom = pixel(Math.max(tube.y0(), tube.y1()) + reach);
        for (int row = top; row <= bottom; row++) {
            for (int column = left; column <= right; column++) {
                double distance = tube.distance(ORIGIN + column * PIXEL, ORIGIN + row * PIXEL, z);
                double part = Math.clamp(0.5 + (tube.radius() - distance) / PIXEL, 0, 1);
                if (part > 0) {
                    int i = row * SIZE + column;
                    picture[i] += (float) ((tube.value() - picture[i]) * part);
                }
            }
        }
    }

    private static int pixel(double millimetres) {
        return Math.clamp(Math.round((millimetres - ORIGIN) / PIXEL), 0, SIZE - 1);
    }

    /** The couch: a curved shell around foam. */
    private static void table(float[] picture) {
        for (int row = 0; row < SIZE; row++) {
            double y = ORIGIN + row * PIXEL;
            for (int column = 0; column < SIZE; column++) {
                double x = ORIGIN + column * PIXEL;
                double top = 124 - x * x / 1300;
                double depth = Math.min(Math.min(y - top, 148 - x * x / 2600 - y), 196 - Math.abs(x));
                if (depth > 0 && picture[row * SIZE + column] < -900) {
                    picture[row * SIZE + column] = depth < 2 ? -330 : -930;
                }
            }
        }
    }

    /** Blur of the reconstruction, noise (more where more of the body absorbs), and the scanner's range of 12 bits. */
    private short[] finish(float[] picture, int slice) {
        short[] result = new short[picture.length];
        for (int row = 0; row < SIZE; row++) {
            int above = Math.max(row - 1, 0) * SIZE;
            int here = row * SIZE;
            int below = Math.min(row + 1, SIZE - 1) * SIZE;
            for (int column = 0; column < SIZE; column++) {
                int left = Math.max(column - 1, 0);
                int right = Math.min(column + 1, SIZE - 1);
                float cross = picture[above + column]
                        + picture[below + column]
                        + picture[here + left]
                        + picture[here + right];
                float diagonal =
                        picture[above + left] + picture[above + right] + picture[below + left] + picture[below + right];
                double value = picture[here + column] * 0.36 + cross * 0.12 + diagonal * 0.04;
                double dx = (column - SIZE / 2.0) / SIZE;
                double dy = (row - SIZE / 2.0) / SIZE;
                double level = NOISE * (1.25 - 1.8 * (dx * dx + dy * dy));
                value += level * Grain.sample(noise, column, row, slice);
                result[here + column] = (short) Math.clamp(Math.round(value), -1024, 3071);
            }
        }
        return result;
    }
}
