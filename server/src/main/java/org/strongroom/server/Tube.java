package org.strongroom.server;

import java.util.ArrayList;
import java.util.List;

/**
 * A piece of a vessel, an airway or a rib: a capsule between two points, in millimetres. Its value is in Hounsfield units.
 */
record Tube(double x0, double y0, double z0, double x1, double y1, double z1, double radius, float value) {
    /** Tubes along a path of points (x, y, z, radius). */
    static List<Tube> path(float value, double[]... points) {
        List<Tube> tubes = new ArrayList<>();
        for (int i = 1; i < points.length; i++) {
            double[] a = points[i - 1];
            double[] b = points[i];
            int pieces = (int) Math.max(1, Math.abs(a[3] - b[3]) * 2);
            for (int k = 0; k < pieces; k++) {
                double s = (double) k / pieces;
                double t = (double) (k + 1) / pieces;
                tubes.add(new Tube(
                        a[0] + (b[0] - a[0]) * s,
                        a[1] + (b[1] - a[1]) * s,
                        a[2] + (b[2] - a[2]) * s,
                        a[0] + (b[0] - a[0]) * t,
                        a[1] + (b[1] - a[1]) * t,
                        a[2] + (b[2] - a[2]) * t,
                        a[3] + (b[3] - a[3]) * (s + t) / 2,
                        value));
            }
        }
        return tubes;
    }

    Tube with(double newRadius, float newValue) {
        return new Tube(x0, y0, z0, x1, y1, z1, newRadius, newValue);
    }

    boolean reaches(double z) {
        return z > Math.min(z0, z1) - radius - 1 && z < Math.max(z0, z1) + radius + 1;
    }

    /** Distance of a point from the axis. */
    double distance(double x, double y, double z) {
        double dx = x1 - x0;
        double dy = y1 - y0;
        double dz = z1 - z0;
        double length = dx * dx + dy * dy + dz * dz;
        double t = length == 0 ? 0 : ((x - x0) * dx + (y - y0) * dy + (z - z0) * dz) / length;
        t = Math.clamp(t, 0, 1);
        return Math.sqrt(square(x - x0 - dx * t) + square(y - y0 - dy * t) + square(z - z0 - dz * t));
    }

    private static double square(double a) {
        return a * a;
    }
}
