package org.strongroom.server;

/**
 * The demo's patient from the kidneys to the apex of the lungs, as formulas: no picture of a person is behind it.
 * Millimetres in the patient's directions (PS3.3 C.7.6.2.1.1): x to the left, y to the back, z upwards; Hounsfield units.
 *
 * <p>Large organs are implicit functions, painted one over the other in {@link #tissue}; each gives its depth in
 * millimetres (positive inside), so that edges are as soft as a scanner shows them. Bones of the chest wall, vessels and
 * airways are {@link TorsoTubes}.
 */
final class Torso {
    static final double TOP = 297.5;

    private final Grain grain = new Grain(20261121);
    // ---- outlines

    static double halfWidth(double z) {
        return 158 + 16 * Math.sin(Math.clamp(z / 230, 0, 1.25) * Math.PI / 2) + 14 * smoothStep(230, 300, z);
    }

    static double halfDepth(double z) {
        return 106 + 10 * Math.sin(Math.clamp(z / 160, 0, 1) * Math.PI) - 26 * smoothStep(190, 300, z);
    }

    /** Depth below the skin. */
    double skin(double x, double y, double z) {
        return outline(x, y, halfWidth(z), halfDepth(z), 0.28);
    }

    /** Depth below the inner face of the chest wall and of the abdominal wall. */
    double cavity(double x, double y, double z) {
        double narrowing = 26 * smoothStep(215, 320, z) + 34 * smoothStep(262, 318, z);
        double width = halfWidth(z) - 36 - narrowing * 1.35;
        double depth = halfDepth(z) - 29 - narrowing * 0.25;
        return outline(x, y - 2, width, depth, 0.15);
    }

    /** An ellipse whose flanks are a little squarer, by {@code corner} from 0 to 1. */
    private static double outline(double x, double y, double width, double depth, double corner) {
        double u = square(x / width);
        double v = square(y / depth);
        double r = (1 - corner) * Math.sqrt(u + v) + corner * Math.sqrt(Math.sqrt(u * u + v * v));
        return r < 1e-6 ? depth : (1 - r) * Math.sqrt(x * x + y * y) / r;
    }

    static double smoothStep(double from, double to, double value) {
        double t = Math.clamp((value - from) / (to - from), 0, 1);
        return t * t * (3 - 2 * t);
    }

    /** Height of the diaphragm. */
    static double diaphragm(double x, double y) {
        boolean right = x < 0;
        double across = (x - (right ? -68 : 62)) / 62;
        double along = (y + 8) / 78;
        return (right ? 122 : 108) - 46 * across * across - 52 * along * along - 18 * smoothStep(20, 90, y);
    }

    /** Half the width of what lies between the lungs. */
    private static double mediastinum(double y, double z) {
        double heart = 16 * Math.exp(-square((y + 20) / 38)) * (1 - smoothStep(185, 225, z));
        double vessels = 9 * Math.exp(-square((y + 18) / 20));
        return 9 + 17 * Math.exp(-square((y - 8) / 28)) + 15 * Math.exp(-square((y - 50) / 24)) + heart + vessels;
    }

    /** Depth inside a lung. */
    double lung(double x, double y, double z) {
        double wall = cavity(x, y, z) - 2;
        double middle = Math.abs(x) - mediastinum(y, z);
        double below = (z - diaphragm(x, y)) * 0.75;
        double apex = (TOP - 4 - 0.011 * square(Math.abs(x) - 46) - 0.006 * square(y) - z) * 0.8;
        return Math.min(Math.min(wall, middle), Math.min(below, apex));
    }

    private static double ellipsoid(
            double x, double y, double z, double cx, double cy, double cz, double a, double b, double c) {
        double r = Math.sqrt(square((x - cx) / a) + square((y - cy) / b) + square((z - cz) / c));
        return (1 - r) * Math.min(a, Math.min(b, c));
    }

    /** The same, turned about the z axis. */
    private static double turned(
            double x, double y, double z, double cx, double cy, double cz, double a, double b, double c, double turn) {
        double cos = Math.cos(turn);
        double sin = Math.sin(turn);
        double dx = x - cx;
        double dy = y - cy;
        return ellipsoid(dx * cos + dy * sin, dy * cos - dx * sin, z, 0, 0, cz, a, b, c);
    }

    private static double square(double a) {
        return a * a;
    }

    double liver(double x, double y, double z) {
        double right = ellipsoid(x, y, z, -62, -2, 62, 78, 76, 66);
        double left = turned(x, y, z, -2, -42, 70, 62, 30, 34, 0.15);
        double dome = (diaphragm(x, y) - 3 - z) * 0.75;
        return Math.min(Math.min(Math.max(right, left), cavity(x, y, z) - 3), dome);
    }

    // ---- tissue

    /** What one point is made of, without the tubes; {@code pixel} is the width of an edge in millimetres. */
    float tissue(double x, double y, double z, double pixel) {
        double skin = skin(x, y, z);
        double edge = 1 / pixel;
        if (skin < -pixel) {
            return -1000;
        }
        double cavity = cavity(x, y, z);
        // What lies deeper covers what is painted before it: the wall is left out where it cannot be seen.
        float value = cavity > pixel ? 0 : wall(x, y, z, skin, edge);
        if (cavity > -pixel) {
            value = inside(value, x, y, z, cavity, edge);
        }
        return spine(value, x, y, z, edge);
    }

    private float wall(double x, double y, double z, double skin, double edge) {
        double belly = 7 * smoothStep(-40, 100, -y) * (1 - smoothStep(60, 200, z));
        double fat = 9 + belly + 3 * grain.smooth(x / 40, y / 40, z / 50);
        float value = over(-1000, -104, skin, edge);
        value = over(value, 20, Math.min(skin, 2.2 - skin), edge);
        value = over(value, 56 + (float) (6 * grain.smooth(x / 3, y / 3, z / 8)), skin - fat, edge);
        if (skin > fat && skin < fat + 30) {
            value = over(value, -55, fascia(x, y, z, skin - fat), edge);
        }
        return value;
    }

    /** Depth inside the thin sheets of fat between the muscles of the wall. */
    private double fascia(double x, double y, double z, double depth) {
        double turn = Math.atan2(y, x) * 5;
        double wander = grain.smooth(turn, z / 45, 3) * 5;
        double sheet = 0.9 - Math.min(Math.abs(depth - 8.5 - wander), Math.abs(depth - 17 + wander * 0.8));
        double gap = 1.6 * grain.smooth(turn * 0.8 + 9, z / 60, 11) + 0.5;
        double septum = 0.8 - Math.abs(grain.smooth(turn * 0.55, 5, z / 70)) * 16;
        return Math.min(Math.max(Math.min(sheet, gap), septum), depth - 1);
    }

    private float inside(float outer, double x, double y, double z, double cavity, double edge) {
        double lung = lung(x, y, z);
        float value = lung > 2 ? 0 : over(outer, -98 + (float) (9 * grain.smooth(x / 6, y / 6, z / 6)), cavity, edge);
        if (lung > -2) {
            double gravity = (y + 90) / 180;
            float air = (float) (-872 + 55 * gravity + 22 * grain.smooth(x / 4, y / 4, z / 4));
            value = over(value, air, lung, edge);
        }
        value = z > 60 ? heart(value, x, y, z, edge) : value;
        return z < 150 ? abdomen(value, x, y, z, cavity, edge) : value;
    }

    private float heart(float outer, double x, double y, double z, double edge) {
        double sac = turned(x, y, z, 18, -26, 132, 63, 47, 47, 0.5);
        if (sac < -9) {
            return outer;
        }
        float value = over(outer, -90, sac + 4, edge);
        value = over(value, 96, sac, edge);
        value = over(value, 168, turned(x, y, z, 40, -16, 126, 30, 19, 28, 0.55), edge);
        value = over(value, 150, turned(x, y, z, 12, -50, 130, 34, 14, 30, 0.35), edge);
        value = over(value, 152, ellipsoid(x, y, z, -24, -22, 138, 22, 24, 28), edge);
        return over(value, 172, ellipsoid(x, y, z, 8, 12, 152, 28, 16, 20), edge);
    }

    private float abdomen(float outer, double x, double y, double z, double cavity, double edge) {
        double under = Math.min((diaphragm(x, y) - 2 - z) * 0.75, cavity - 2);
        float value = over(outer, 58, Math.min(under + 3, 4 - under), edge);
        value = bowel(value, x, y, z, under, edge);
        double stomach = Math.min(turned(x, y, z, 58, -34, 74, 46, 36, 40, 0.5), under);
        value = over(value, 62, stomach, edge);
        value = over(value, y < -46 ? -960 : 24, stomach - 4, edge);
        float parenchyma = (float) (108 + 5 * grain.smooth(x / 5, y / 5, z / 5));
        value = over(value, parenchyma, liver(x, y, z), edge);
        value = over(value, 9, ellipsoid(x, y, z, -52, -52, 22, 15, 20, 24), edge);
        value = over(value, 122, Math.min(turned(x, y, z, 104, 34, 72, 22, 44, 46, -0.5), under), edge);
        value = over(value, 92, turned(x, y, z, 14, -12, 32, 52, 10, 13, -0.35), edge);
        for (int side = -1; side <= 1; side += 2) {
            double kidney = turned(x, y, z, side * 66, 46, side < 0 ? 4 : 14, 27, 23, 52, side * 0.5);
            value = over(value, 186, kidney, edge);
            value = over(value, 142 + (float) (22 * grain.smooth(x / 9, y / 9, z / 9)), kidney - 6.5, edge);
            value = over(value, -70, turned(x, y, z, side * 54, 40, side < 0 ? 4 : 14, 14, 8, 24, side * 0.5), edge);
            value = over(value, 60, ellipsoid(x, y, z, side * 38, 54, -10, 16, 18, 70), edge);
        }
        return value;
    }

    /** Loops of bowel in the lower slices: walls, content and some gas. */
    private float bowel(float outer, double x, double y, double z, double under, double edge) {
        if (z > 62 || y > 40 || under < 4) {
            return outer;
        }
        double fold = grain.smooth(x / 26 + 31, y / 24, z / 22);
        double loop = (Math.abs(fold) < 0.5 ? 0.5 - Math.abs(fold) : 0) * 26 * (1 - smoothStep(40, 62, z));
        double depth = Math.min(loop - 3, under - 4);
        float value = over(outer, 68, depth, edge);
        boolean gas = y < -40 + 12 * grain.smooth(x / 30, 7, z / 30);
        return over(value, gas ? -930 : 28, depth - 2.6, edge);
    }

    private float spine(float outer, double x, double y, double z, double edge) {
        if (Math.abs(x) > 60 || y < 28 || y > 120) {
            return outer;
        }
        double along = (z + 8) % 27;
        double curve = 4 * Math.sin(z / 110);
        double cy = 54 - 8 * smoothStep(200, 300, z) - curve;
        double waist = 1.8 * Math.cos((along - 13.5) / 13.5 * Math.PI);
        double body = flat(x, y, 0, cy, 18.5 - waist, 14.5 - waist);
        boolean disc = along < 5;
        float value =
                disc ? over(outer, 92, body + 1, edge) : over(outer, along < 7 || along > 25 ? 420 : 520, body, edge);
        if (!disc && along > 6.5 && along < 25.5) {
            value = over(value, 178 + (float) (45 * grain.smooth(x / 1.6, y / 1.6, z / 1.6)), body - 1.6, edge);
        }
        double canalY = cy + 23;
        double ring = flat(x, y, 0, canalY, 15.5, 13);
        if (along > 4 && along < 20) {
            value = over(value, 480, Math.min(ring, (y - cy - 6) * 0.8), edge);
            double process = Math.min(5.2 - Math.abs(y - canalY - 2 + Math.abs(x) * 0.12), (38 - Math.abs(x)) * 0.4);
            value = along > 8 && along < 16 ? over(value, 330, Math.min(process, Math.abs(x) - 9), edge) : value;
        }
        double tip = Math.min(3.6 - Math.abs(x), Math.min(y - canalY - 8, canalY + 22 - y));
        value = along > 2 && along < 19 ? over(value, 430, tip, edge) : value;
        value = along > 2 && along < 19 ? over(value, 220, tip - 1.5, edge) : value;
        value = over(value, 14, flat(x, y, 0, canalY, 10, 8.2), edge);
        return over(value, 42, flat(x, y, 0, canalY, 5.4, 4.4), edge);
    }

    private static double flat(double x, double y, double cx, double cy, double a, double b) {
        return (1 - Math.sqrt(square((x - cx) / a) + square((y - cy) / b))) * Math.min(a, b);
    }

    /** Paints one tissue over another, mixed where the edge runs through the pixel. */
    private static float over(float below, float above, double depth, double edge) {
        double part = Math.clamp(0.5 + depth * edge, 0, 1);
        return (float) (below + (above - below) * part);
    }
}
