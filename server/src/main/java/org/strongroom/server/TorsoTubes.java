package org.strongroom.server;

import java.util.ArrayList;
import java.util.List;

/** What is long and thin in the demo's {@link Torso}: ribs, vessels and airways, in the order they are painted. */
final class TorsoTubes {
    private static final int RIBS = 11;

    private final Torso torso;
    private final Grain grain = new Grain(7);
    private final List<Tube> bones = new ArrayList<>();
    private final List<Tube> marrow = new ArrayList<>();
    private final List<Tube> lungVessels = new ArrayList<>();
    private final List<Tube> greatVessels = new ArrayList<>();
    private final List<Tube> organVessels = new ArrayList<>();
    private final List<Tube> airways = new ArrayList<>();

    /** Whether a branch may go on at a point: how deep inside its organ it is, in millimetres. */
    private interface Organ {
        double depth(double x, double y, double z);
    }

    TorsoTubes(Torso torso) {
        this.torso = torso;
        growRibs();
        growShoulders();
        growGreatVessels();
        growAirways();
        for (int side = -1; side <= 1; side += 2) {
            for (int lobe = 0; lobe < 16; lobe++) {
                double up = (lobe + 0.5) / 8 - 1;
                double turn = (lobe * 2.4) % 3 - 1.5;
                double[] direction = {side * (0.35 + Math.cos(turn)), 1.1 * Math.sin(turn), 1.3 * up};
                double[] hilum = {side * 30, 4, 172};
                grow(lungVessels, hilum, direction, 3.7, 27, 8, lobe * 17L + side, 42, torso::lung);
            }
        }
        for (int lobe = 0; lobe < 5; lobe++) {
            double[] direction = {-0.9, -0.4 + lobe * 0.2, 0.6 - lobe * 0.3};
            grow(organVessels, new double[] {-28, -8, 55}, direction, 4.2, 28, 5, 900 + lobe, 165, torso::liver);
        }
    }

    List<Tube> bones() {
        return bones;
    }

    List<Tube> marrow() {
        return marrow;
    }

    List<Tube> lungVessels() {
        return lungVessels;
    }

    List<Tube> greatVessels() {
        return greatVessels;
    }

    List<Tube> organVessels() {
        return organVessels;
    }

    List<Tube> airways() {
        return airways;
    }

    private void bone(float shell, double[]... points) {
        for (Tube tube : Tube.path(shell, points)) {
            bones.add(tube);
            marrow.add(tube.with(tube.radius() - 1.5, 190));
        }
    }

    /** Each rib leaves the spine, follows the chest wall and goes down towards the front, where it turns to cartilage. */
    private void growRibs() {
        for (int rib = 0; rib < RIBS; rib++) {
            double height = 312 - rib * 25;
            double drop = 62 - 3 * Math.abs(rib - 5);
            double end = rib < 7 ? 2.55 : 2.5 - (rib - 6) * 0.28;
            for (int side = -1; side <= 1; side += 2) {
                double[][] points = new double[33][];
                for (int i = 0; i < points.length; i++) {
                    double turn = 0.16 + (end - 0.16) * i / (points.length - 1);
                    double z = height - drop * (1 - Math.cos(turn)) / 2 * 1.25;
                    double x = side * Math.sin(turn);
                    double y = Math.cos(turn);
                    double wall = wall(x, y, z);
                    points[i] = new double[] {x * wall, y * wall + 2, z, 5.1 - 0.6 * i / points.length};
                }
                int bony = rib < 7 ? 29 : points.length;
                bone(560, java.util.Arrays.copyOf(points, bony));
                if (rib < 7) {
                    double[] last = points[bony - 1];
                    double[] sternum = {side * 14, -Torso.halfDepth(last[2]) + 24, last[2] + 4 + rib * 3, 4};
                    double[] between = {
                        (last[0] + sternum[0]) / 2, (last[1] + sternum[1]) / 2 - 4, (last[2] + sternum[2]) / 2 - 2, 4.4
                    };
                    lungVessels.addAll(Tube.path(105, last, between, sternum));
                }
            }
        }
        for (int i = 0; i < 5; i++) {
            double x = (i - 2) * 5.2;
            bone(380, new double[] {x, -Torso.halfDepth(150) + 22, 118, 5.2}, new double[] {
                x * 1.25, -Torso.halfDepth(240) + 24, 248, 5.4
            });
        }
    }

    /** How far from the axis the middle of the chest wall is, in a direction. */
    private double wall(double x, double y, double z) {
        double near = 20;
        double far = 220;
        for (int i = 0; i < 24; i++) {
            double middle = (near + far) / 2;
            if (torso.cavity(x * middle, y * middle + 2, z) > -7.5) {
                near = middle;
            } else {
                far = middle;
            }
        }
        return near;
    }

    private void growShoulders() {
        for (int side = -1; side <= 1; side += 2) {
            bone(
                    520,
                    new double[] {side * 22, -62, 272, 6.5},
                    new double[] {side * 66, -58, 284, 5.5},
                    new double[] {side * 112, -30, 296, 6},
                    new double[] {side * 150, -2, 302, 7});
            for (int strip = 0; strip < 17; strip++) {
                double t = strip / 16.0;
                bone(
                        430,
                        scapula(side, 88 + 50 * t, 296),
                        scapula(side, 98 + 32 * t, 240),
                        scapula(side, 106 + 12 * t, 186));
            }
        }
    }

    /** A point of the shoulder blade: behind the ribs, under the skin. */
    private static double[] scapula(int side, double x, double z) {
        double depth = Torso.halfDepth(z) - 17;
        double round = Math.sqrt(Math.max(0, 1 - Math.pow(x / (Torso.halfWidth(z) - 8), 2.3)));
        return new double[] {side * x, depth * round, z, 2.4};
    }

    private void growGreatVessels() {
        greatVessels.addAll(Tube.path(
                212,
                new double[] {12, -22, 158, 14},
                new double[] {-8, -26, 186, 15},
                new double[] {-4, -18, 212, 14},
                new double[] {10, 4, 226, 13.5},
                new double[] {20, 24, 220, 12.5},
                new double[] {25, 36, 196, 12},
                new double[] {20, 32, 120, 11},
                new double[] {9, 28, 60, 10},
                new double[] {5, 27, -20, 9}));
        greatVessels.addAll(Tube.path(
                230,
                new double[] {-24, -16, 150, 10},
                new double[] {-22, -18, 200, 9.5},
                new double[] {-20, -20, 250, 9},
                new double[] {-34, -28, 300, 8}));
        greatVessels.addAll(Tube.path(
                150, new double[] {-24, 4, 120, 12}, new double[] {-22, 16, 70, 12}, new double[] {-18, 26, -20, 11}));
        greatVessels.addAll(Tube.path(
                196,
                new double[] {26, -46, 158, 14},
                new double[] {20, -34, 184, 14},
                new double[] {4, -8, 186, 12},
                new double[] {-34, 2, 178, 9}));
        greatVessels.addAll(Tube.path(
                196, new double[] {20, -28, 186, 12}, new double[] {34, 6, 186, 10}, new double[] {36, 16, 170, 8}));
        for (int i = 0; i < 3; i++) {
            greatVessels.addAll(Tube.path(208, new double[] {-6 + i * 11, -12 + i * 12, 222, 6}, new double[] {
                -22 + i * 24, -14 + i * 8, 300, 4.5
            }));
        }
        for (int side = -1; side <= 1; side += 2) {
            greatVessels.addAll(Tube.path(205, new double[] {8, 26, 26, 3.5}, new double[] {side * 48, 38, 12, 2.8}));
        }
        greatVessels.addAll(Tube.path(
                168, new double[] {10, -18, 20, 7}, new double[] {-14, -10, 44, 7.5}, new double[] {-32, -8, 56, 6}));
    }

    private void growAirways() {
        airways.addAll(Tube.path(44, new double[] {4, 20, 300, 7}, new double[] {10, 20, 60, 7.5}));
        for (double[][] path : new double[][][] {
            {{-1, 8, 305, 9}, {-2, 12, 200, 9}},
            {{-2, 12, 202, 8}, {-34, 10, 178, 6.5}, {-52, 14, 150, 4}, {-62, 24, 126, 2.4}},
            {{-2, 12, 202, 7.5}, {30, 14, 176, 6}, {50, 18, 150, 3.8}, {60, 28, 126, 2.2}},
            {{-34, 10, 178, 4}, {-58, 2, 204, 2.6}, {-70, -4, 226, 1.6}},
            {{30, 14, 176, 4}, {52, 2, 200, 2.6}, {64, -4, 222, 1.6}}
        }) {
            for (Tube tube : Tube.path(30, path)) {
                airways.add(tube.with(tube.radius() + 1.4, 30));
            }
            airways.addAll(Tube.path(-985, path));
        }
    }

    /** Grows a tree of branches that ends where the organ ends. */
    private void grow(
            List<Tube> tree,
            double[] from,
            double[] direction,
            double radius,
            double length,
            int generations,
            long name,
            float value,
            Organ organ) {
        double norm =
                Math.sqrt(direction[0] * direction[0] + direction[1] * direction[1] + direction[2] * direction[2]);
        double[] to = new double[3];
        for (int i = 0; i < 3; i++) {
            to[i] = from[i] + direction[i] / norm * length;
        }
        if (organ.depth(to[0], to[1], to[2]) < 4 && generations < 8) {
            return;
        }
        tree.add(new Tube(from[0], from[1], from[2], to[0], to[1], to[2], radius, value));
        if (generations == 0) {
            return;
        }
        for (int child = 0; child < 2; child++) {
            double[] next = new double[3];
            double spread = child == 0 ? 0.55 : 1.15;
            for (int i = 0; i < 3; i++) {
                next[i] = direction[i] / norm + spread * (grain.at(name * 2 + child, i, generations) * 2 - 1);
            }
            double shrink = child == 0 ? 0.84 : 0.66;
            double part = length * (0.68 + 0.3 * grain.at(name * 2 + child, 9, generations));
            grow(tree, to, next, radius * shrink, part, generations - 1, name * 2 + child + 1, value, organ);
        }
    }
}
