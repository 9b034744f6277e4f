package org.strongroom.server;

/**
 * Repeatable randomness for the demo's phantoms: hashed numbers, smooth noise and a tile of correlated Gaussian noise. The
 * same seed gives the same pictures on every machine, so a second demo finds its own studies again.
 */
final class Grain {
    private static final int TILE = 1024;

    private final long seed;

    Grain(long seed) {
        this.seed = seed;
    }

    /** A number from 0 to 1 that belongs to a lattice point. */
    double at(long x, long y, long z) {
        long h = seed + x * 0x9E3779B97F4A7C15L + y * 0xC2B2AE3D27D4EB4FL + z * 0x165667B19E3779F9L;
        h = (h ^ h >>> 32) * 0xD6E8FEB86659FD93L;
        h = (h ^ h >>> 32) * 0xD6E8FEB86659FD93L;
        return ((h ^ h >>> 32) >>> 11) * 0x1.0p-53;
    }

    /** Smooth noise between -1 and 1 with features about one unit wide. */
    double smooth(double x, double y, double z) {
        long ix = (long) Math.floor(x);
        long iy = (long) Math.floor(y);
        long iz = (long) Math.floor(z);
        double fx = fade(x - ix);
        double fy = fade(y - iy);
        double fz = fade(z - iz);
        double near = mix(
                mix(at(ix, iy, iz), at(ix + 1, iy, iz), fx), mix(at(ix, iy + 1, iz), at(ix + 1, iy + 1, iz), fx), fy);
        double far = mix(
                mix(at(ix, iy, iz + 1), at(ix + 1, iy, iz + 1), fx),
                mix(at(ix, iy + 1, iz + 1), at(ix + 1, iy + 1, iz + 1), fx),
                fy);
        return mix(near, far, fz) * 2 - 1;
    }

    private static double fade(double t) {
        return t * t * (3 - 2 * t);
    }

    private static double mix(double a, double b, double t) {
        return a + (b - a) * t;
    }

    /**
     * A square tile of Gaussian noise of standard deviation 1, smoothed like a reconstructed image; read it with {@link
     * #sample} at a different shift for each slice.
     */
    float[] tile(int smoothings) {
        java.util.SplittableRandom random = new java.util.SplittableRandom(seed);
        float[] tile = new float[TILE * TILE];
        for (int i = 0; i < tile.length; i++) {
            tile[i] = (float) random.nextGaussian();
        }
        for (int i = 0; i < smoothings; i++) {
            tile = smoothed(tile);
        }
        double sum = 0;
        for (float value : tile) {
            sum += value * value;
        }
        float scale = (float) (1 / Math.sqrt(sum / tile.length));
        for (int i = 0; i < tile.length; i++) {
            tile[i] *= scale;
        }
        return tile;
    }

    private static float[] smoothed(float[] tile) {
        float[] across = new float[tile.length];
        float[] result = new float[tile.length];
        for (int i = 0; i < tile.length; i++) {
            int row = i & -TILE;
            across[i] =
                    tile[i] * 0.5f + (tile[row | ((i + 1) & (TILE - 1))] + tile[row | ((i - 1) & (TILE - 1))]) * 0.25f;
        }
        for (int i = 0; i < tile.length; i++) {
            result[i] = across[i] * 0.5f
                    + (across[(i + TILE) & (tile.length - 1)] + across[(i - TILE) & (tile.length - 1)]) * 0.25f;
        }
        return result;
    }

    /** The tile's value for a pixel of a slice. */
    static float sample(float[] tile, int x, int y, int slice) {
        int shiftX = slice * 389 % TILE;
        int shiftY = slice * 257 % TILE;
        return tile[((y + shiftY) & (TILE - 1)) * TILE + ((x + shiftX) & (TILE - 1))];
    }
}
