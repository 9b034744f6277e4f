package org.strongroom.server;

/**
 * Axial slices of a head that never was, as MR pictures with two weightings. Millimetres in the patient's directions with
 * the origin between the ears; tissues are implicit functions, cortex is folded by noise.
 */
final class BrainPhantom {
    static final int SIZE = 256;
    static final int SLICES = 24;
    /** Millimetres from centre to centre, in both directions. */
    static final double PIXEL = 0.9375;
    /** Millimetres from slice to slice: 5 mm thick, 0.5 mm apart. */
    static final double STEP = 5.5;

    static final double ORIGIN = -(SIZE - 1) / 2.0 * PIXEL;
    static final double LOWEST = -52;

    /** What a voxel is made of, with its signal in the two weightings. */
    private enum Tissue {
        AIR(4, 4),
        SKIN(430, 300),
        FAT(940, 560),
        BONE(55, 40),
        MARROW(520, 330),
        MUSCLE(360, 190),
        FLUID(150, 980),
        GREY(470, 610),
        DEEP_GREY(545, 520),
        WHITE(700, 395);

        private final float t1;
        private final float t2;

        Tissue(float t1, float t2) {
            this.t1 = t1;
            this.t2 = t2;
        }
    }

    private final Grain grain = new Grain(64);
    private final float[] noise1 = new Grain(71).tile(1);
    private final float[] noise2 = new Grain(72).tile(1);

    /** One slice with values from 0 to about 1000, row by row from the front. */
    short[] slice(int slice, boolean t2) {
        double z = LOWEST + slice * STEP;
        float[] noise = t2 ? noise2 : noise1;
        short[] result = new short[SIZE * SIZE];
        for (int row = 0; row < SIZE; row++) {
            for (int column = 0; column < SIZE; column++) {
                double x = ORIGIN + column * PIXEL;
                double y = ORIGIN + row * PIXEL;
                double signal = 0;
                // Four points in a voxel at two heights: the partial volume of a thick slice.
                for (int i = 0; i < 4; i++) {
                    double dz = (i % 3 == 0 ? -0.15 : 0.15) * STEP;
                    Tissue tissue = tissue(x + (i % 2 - 0.5) * PIXEL / 2, y + ((i >> 1) - 0.5) * PIXEL / 2, z + dz);
                    signal += t2 ? tissue.t2 : tissue.t1;
                }
                double coil =
                        1 + 0.12 * grain.smooth(x / 120, y / 120, z / 120 + 50) + 0.0012 * Math.hypot(x, y) - 0.08;
                double level = 11;
                double real = signal / 4 * coil + level * Grain.sample(noise, column, row, slice);
                double imaginary = level * Grain.sample(noise, row, column, slice + 31);
                result[row * SIZE + column] = (short) Math.round(Math.hypot(real, imaginary));
            }
        }
        return result;
    }

    private Tissue tissue(double x, double y, double z) {
        double head = head(x, y, z);
        if (head < 0) {
            return Tissue.AIR;
        }
        double brain = brain(x, y, z);
        if (brain > 0) {
            return inside(x, y, z, brain);
        }
        double scalp = 5.5 + 1.5 * grain.smooth(x / 30, y / 30, z / 30);
        if (head < 1.6) {
            return Tissue.SKIN;
        }
        Tissue face = z < 0 ? face(x, y, z) : Tissue.AIR;
        if (face != Tissue.AIR) {
            return face;
        }
        if (head < scalp) {
            return Math.abs(x) > 52 && z < 22 && head > 3 ? Tissue.MUSCLE : Tissue.FAT;
        }
        if (brain < -3.6) {
            return Tissue.BONE;
        }
        double middle = -1.6 - brain;
        return middle > 0 ? middle > 1.3 ? Tissue.BONE : Tissue.MARROW : Tissue.FLUID;
    }

    private static double ellipsoid(double x, double y, double z, double a, double b, double c) {
        double r = Math.sqrt(x * x / (a * a) + y * y / (b * b) + z * z / (c * c));
        return (1 - r) * Math.min(a, Math.min(b, c));
    }

    private static double head(double x, double y, double z) {
        double below = Math.min(z, 0);
        double narrow = 1 + below * 0.0006;
        double skull = ellipsoid(x / narrow, y + 2, Math.max(z, 0) * 1.0 + below * 0.25, 77, 97, 94);
        double nose = ellipsoid(x, y + 96, z + 44, 12, 16, 22);
        return Math.max(skull, nose);
    }

    private double brain(double x, double y, double z) {
        double egg = 1 - 0.07 * Math.clamp(y / -80, -0.4, 1);
        double dome = ellipsoid(x / egg, y - 2, z, 66, 84, z > 0 ? 80 : 62);
        double wobble = 0.8 * grain.smooth(x / 18, y / 18, z / 18);
        if (z > -16) {
            return dome + wobble;
        }
        // Below: two temporal lobes in front, the cerebellum behind, the brain stem between them.
        double temporal = ellipsoid(Math.abs(x) - 42, y + 18, z + 22, 23, 34, 26);
        double lower = Math.max(temporal, hindDepth(x, y, z));
        return z < -22 ? lower + wobble : Math.max(lower, dome - (-16 - z) * 4) + wobble;
    }

    /** Depth inside the cerebellum or the brain stem. */
    private static double hindDepth(double x, double y, double z) {
        double cerebellum = ellipsoid(x, y - 50, z + 36, 52, 33, 27);
        double stem = Math.min(13.5 - Math.hypot(x, (y - 12) * 1.1), -6 - z);
        return Math.max(cerebellum, stem);
    }

    private Tissue inside(double x, double y, double z, double depth) {
        double hind = z < -6 ? hindDepth(x, y, z) : -9;
        if (hind > -1.2) {
            return hind < 0 ? Tissue.FLUID : hind(x, y, z, hind);
        }
        if (ventricle(x, y, z) > 0) {
            return Tissue.FLUID;
        }
        double side = Math.abs(x);
        double nuclei = Math.max(
                Math.max(
                        ellipsoid(side - 13, y + 22, z - 14, 5.5, 12, 11),
                        ellipsoid(side - 11, y - 8, z - 6, 9.5, 15, 10)),
                ellipsoid(side - 26 - 0.1 * y, y + 2, z - 4, 7, 19, 12));
        if (nuclei > 0) {
            return Tissue.DEEP_GREY;
        }
        double callosum = Math.hypot((y + 3) / 41, (z - 4) / 27);
        double fissure = z > -14 && callosum > 1 ? side - 0.9 - 0.5 * grain.smooth(y / 9, z / 9, 4) : 9;
        double sylvian = sylvian(side, y, z);
        if (depth < 1.1 || fissure < 0 || sylvian < 0) {
            return Tissue.FLUID;
        }
        if (depth < 4 || fissure < 3 || sylvian < 2.8) {
            return Tissue.GREY;
        }
        double reach = 24 + 6 * grain.smooth(x / 22, y / 22, z / 22 + 70);
        return depth < reach ? folded(x, y, z, depth / reach) : Tissue.WHITE;
    }

    /** Furrows filled with fluid, wider near the surface, with cortex of about 3 mm on both sides. */
    private Tissue folded(double x, double y, double z, double depth) {
        double value = fold(x, y, z);
        double slope = Math.hypot(fold(x + 0.7, y, z) - value, fold(x, y + 0.7, z) - value) / 0.7;
        double distance = Math.abs(value) / Math.max(slope, 0.045);
        double open = 1.3 * (1 - depth) - 0.15;
        return distance < open ? Tissue.FLUID : distance < open + 2.7 ? Tissue.GREY : Tissue.WHITE;
    }

    private double fold(double x, double y, double z) {
        double warp = 8 * grain.smooth(x / 16, y / 16, z / 17 + 9);
        return grain.smooth((x + warp) / 11, (y - warp) / 11, z / 14 + 20);
    }

    /** Distance from the Sylvian fissure: a curved sheet over the insula, and the furrow that leads to it. */
    private double sylvian(double side, double y, double z) {
        double sheet = Math.abs(ellipsoid(side - 16, y + 4, z - 3, 25, 37, 30)) - 0.8;
        double insula = side > 24 ? Math.max(sheet, Math.abs(z - 3) - 15) : 9;
        double height = -4 + 0.28 * (y + 30) + 2 * grain.smooth(y / 12, side / 12, 8);
        double furrow = Math.max(Math.abs(z - height) - 1.6, 39 - side);
        return Math.min(insula, Math.max(furrow, Math.abs(y + 6) - 32));
    }

    private double ventricle(double x, double y, double z) {
        double side = Math.abs(x);
        double curve = side - 5 - 0.004 * (y + 5) * (y + 5) - Math.max(0, 14 - z) * 0.3;
        double body = ellipsoid(curve, y - 4, z - 18, 5.2, 42, 10);
        double horn = ellipsoid(side - 25 - 0.1 * (y - 34), y - 36, z - 6, 6, 17, 8);
        double third = ellipsoid(x, y - 4, z - 2, 2.6, 15, 11);
        return Math.max(Math.max(body, horn), third);
    }

    private Tissue hind(double x, double y, double z, double depth) {
        if (ellipsoid(x, y - 32, z + 34, 8, 4.5, 12) > 0) {
            return Tissue.FLUID;
        }
        if (Math.hypot(x, (y - 12) * 1.1) < 13.5) {
            return depth < 0.6 ? Tissue.FLUID : Tissue.WHITE;
        }
        double leaf = Math.abs(Math.sin((Math.hypot(x * 0.6, y - 24) + 2 * grain.smooth(x / 9, y / 9, z / 9)) * 1.15));
        if (depth < 1 || (depth < 9 && leaf < 0.16)) {
            return Tissue.FLUID;
        }
        return depth < 7 || (leaf < 0.35 && depth < 15) ? Tissue.GREY : Tissue.WHITE;
    }

    /** Eyes, fat behind them, air of the sinuses, muscles and bone of the base. */
    private Tissue face(double x, double y, double z) {
        double side = Math.abs(x);
        if (ellipsoid(side - 32, y + 74, z + 36, 12.5, 12.5, 12.5) > 0) {
            return ellipsoid(side - 32, y + 74, z + 36, 11.4, 11.4, 11.4) > 0 ? Tissue.FLUID : Tissue.BONE;
        }
        double cone = 17 - 0.33 * Math.max(0, y + 74) - Math.hypot(side - 32 + 0.3 * (y + 74), z + 36);
        if (y > -80 && y < -34 && cone > 0) {
            double nerve = Math.hypot(side - 32 + 0.3 * (y + 74), z + 36);
            return nerve < 2 ? Tissue.WHITE : cone < 3.4 && cone > 1 ? Tissue.MUSCLE : Tissue.FAT;
        }
        if (z < -20 && y < -40 && side < 15 && y > -92) {
            return Math.sin(x * 0.9) > 0.2 ? Tissue.MUSCLE : Tissue.BONE;
        }
        if (side > 58 && z < -18) {
            return grain.smooth(x / 7, y / 7, z / 7) > 0.25 ? Tissue.FAT : Tissue.MUSCLE;
        }
        if (z < -28 && y > 0 && y < 34 && side > 24 && side < 56) {
            return grain.smooth(x / 3, y / 3, z / 3) > 0 ? Tissue.BONE : Tissue.MARROW;
        }
        return z < -26 && y > 72 ? Tissue.MUSCLE : Tissue.AIR;
    }
}
