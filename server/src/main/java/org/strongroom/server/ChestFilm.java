package org.strongroom.server;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A chest radiograph of the {@link Torso}, from back to front, 2048 x 2048 pixels: what the rays lose is added up on a
 * coarse grid for the large organs and drawn at full resolution for ribs, vessels and airways.
 */
final class ChestFilm {
    static final int SIZE = 2048;
    /** Millimetres from centre to centre on the detector. */
    static final double PIXEL = 0.171;

    private static final double LOW = -46;
    private static final double COARSE = 1.25;
    private static final double RAY_STEP = 2.5;
    private static final int GRID = (int) Math.ceil(SIZE * PIXEL / COARSE) + 4;

    private final Torso torso = new Torso();
    private final TorsoTubes tubes = new TorsoTubes(torso);

    /** Rows from the top, columns from the patient's right as one faces the patient; 12 bits, bone is bright. */
    short[] picture() {
        float[] loss = enlarged(coarse());
        add(loss, tubes.lungVessels(), 0.0009);
        add(loss, tubes.airways(), 0.0002);
        add(loss, tubes.greatVessels(), 0.00028);
        add(loss, tubes.bones(), 0.00082);
        add(loss, tubes.marrow(), -0.00045);
        float[] noise = new Grain(2048).tile(1);
        short[] picture = new short[SIZE * SIZE];
        for (int i = 0; i < picture.length; i++) {
            double grain = Grain.sample(noise, i % SIZE, i / SIZE, i / SIZE / 1024) * (0.6 + loss[i] / 160);
            // The curve of a detector with its presentation processing: flat at both ends.
            double t = Math.clamp((loss[i] + grain - 20) / 270, 0, 1);
            picture[i] = (short) Math.round(4095 * (0.25 * t + 0.75 * t * t * (3 - 2 * t)));
        }
        return picture;
    }

    /** Millimetres of water a ray meets, on the coarse grid. */
    private float[] coarse() {
        float[] sums = new float[GRID * GRID];
        IntStream.range(0, GRID).parallel().forEach(row -> {
            double z = LOW + SIZE * PIXEL - (row - 1) * COARSE;
            for (int column = 0; column < GRID; column++) {
                double x = -SIZE * PIXEL / 2 + (column - 1) * COARSE;
                double sum = 0;
                for (double y = -120; y < 120; y += RAY_STEP) {
                    float value = torso.tissue(x, y, z, 2);
                    double extra = value > 200 ? 0.6 * (value - 200) : 0;
                    sum += Math.max(0, value + 1000 + extra) / 1000 * RAY_STEP;
                }
                sums[row * GRID + column] = (float) sum;
            }
        });
        return sums;
    }

    private static float[] enlarged(float[] coarse) {
        float[] fine = new float[SIZE * SIZE];
        for (int row = 0; row < SIZE; row++) {
            double r = row * PIXEL / COARSE + 1;
            for (int column = 0; column < SIZE; column++) {
                double c = column * PIXEL / COARSE + 1;
                fine[row * SIZE + column] = (float) cubic(coarse, r, c);
            }
        }
        return fine;
    }

    private static double cubic(float[] grid, double row, double column) {
        int r = (int) row;
        int c = (int) column;
        double[] weights = spline(column - c);
        double[] down = spline(row - r);
        double sum = 0;
        for (int i = 0; i < 4; i++) {
            int line = Math.min(r - 1 + i, GRID - 1) * GRID;
            for (int k = 0; k < 4; k++) {
                sum += grid[line + Math.min(c - 1 + k, GRID - 1)] * down[i] * weights[k];
            }
        }
        return sum;
    }

    private static double[] spline(double t) {
        double u = 1 - t;
        return new double[] {
            u * u * u / 6, (3 * t * t * t - 6 * t * t + 4) / 6, (3 * u * u * u - 6 * u * u + 4) / 6, t * t * t / 6
        };
    }

    private static void add(float[] loss, List<Tube> kind, double factor) {
        kind.forEach(tube -> add(loss, tube, factor));
    }

    /**
     * Millimetres of water in a tube, drawn as balls along its axis, each with the mass of its piece: right whichever way
     * the tube runs, also towards the eye.
     */
    private static void add(float[] loss, Tube tube, double factor) {
        double dx = tube.x1() - tube.x0();
        double dz = tube.z1() - tube.z0();
        double length = Math.hypot(Math.hypot(dx, tube.y1() - tube.y0()), dz);
        double radius = Math.max(tube.radius(), PIXEL);
        int balls = (int) Math.max(1, Math.ceil(length / (radius * 0.4)));
        double weight = factor * (tube.value() + 1000) * 1.5 * length / balls / radius;
        for (int i = 0; i < balls; i++) {
            double t = (i + 0.5) / balls;
            ball(loss, tube.x0() + dx * t, tube.z0() + dz * t, radius, weight);
        }
    }

    private static void ball(float[] loss, double x, double z, double radius, double weight) {
        int right = column(x + radius);
        int bottom = row(z - radius);
        for (int row = row(z + radius); row <= bottom; row++) {
            double down = LOW + (SIZE - row) * PIXEL - z;
            for (int column = column(x - radius); column <= right; column++) {
                double across = (column - SIZE / 2.0) * PIXEL - x;
                double rest = radius * radius - down * down - across * across;
                if (rest > 0) {
                    loss[row * SIZE + column] += (float) (weight * Math.sqrt(rest));
                }
            }
        }
    }

    private static int column(double x) {
        return Math.clamp(Math.round(x / PIXEL + SIZE / 2.0), 0, SIZE - 1);
    }

    private static int row(double z) {
        return Math.clamp(Math.round(SIZE - (z - LOW) / PIXEL), 0, SIZE - 1);
    }
}
