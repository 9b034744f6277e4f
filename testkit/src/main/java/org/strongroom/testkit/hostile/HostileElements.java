package org.strongroom.testkit.hostile;

import static org.strongroom.testkit.hostile.HostileCase.Outcome.ACCEPTED;
import static org.strongroom.testkit.hostile.HostileCase.Outcome.REFUSED;
import static org.strongroom.testkit.hostile.HostileCase.Target.BIG_ENDIAN;
import static org.strongroom.testkit.hostile.HostileCase.Target.DEFLATED;
import static org.strongroom.testkit.hostile.HostileCase.Target.EXPLICIT;
import static org.strongroom.testkit.hostile.HostileCase.Target.IMPLICIT;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.Deflater;

/** Classes element, limits and deflate: headers that lie, PS3.5 section 7.1, and what a deflated data set grows to. */
final class HostileElements {
    static final List<HostileCase.Target> NATIVE = List.of(IMPLICIT, EXPLICIT, BIG_ENDIAN);
    private static final List<String> SHORT_VRS = List.of(
            "AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "PN", "SH", "SL", "SS", "ST", "TM",
            "UI", "UL", "US");
    private static final List<String> LONG_VRS =
            List.of("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV");

    private final List<HostileCase> all;

    private HostileElements(List<HostileCase> all) {
        this.all = all;
    }

    static void addTo(List<HostileCase> all) {
        HostileElements elements = new HostileElements(all);
        elements.lengths();
        elements.undefinedLengths();
        elements.oddLengths();
        elements.letters();
        elements.tags();
        elements.truncations();
        elements.counts();
        elements.again();
        elements.deflated();
    }

    private void add(String name, HostileCase.Target target, HostileCase.Outcome expected, Consumer<Wire> bytes) {
        all.add(HostileCase.of(name, target, expected, () -> {
            Wire wire = Wire.of(target);
            bytes.accept(wire);
            return wire.done();
        }));
    }

    private static String in(HostileCase.Target target) {
        return "-" + target.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    private void lengths() {
        for (HostileCase.Target target : NATIVE) {
            for (String vr : target == EXPLICIT ? SHORT_VRS : List.of("LO", "US")) {
                add(
                        "element/one-byte-short-" + vr + in(target),
                        target,
                        REFUSED,
                        wire -> wire.header(0x00090010, vr, 8).raw(new byte[7]));
                add(
                        "element/longest-length-" + vr + in(target),
                        target,
                        REFUSED,
                        wire -> wire.header(0x00090010, vr, 0xFFFE).raw(new byte[16]));
            }
            for (String vr : target == EXPLICIT ? LONG_VRS : List.of("OB", "UN")) {
                for (int length : new int[] {0xFFFFFFFE, 0x80000000, 0x7FFFFFFF, 9}) {
                    add(
                            "element/" + Integer.toUnsignedString(length) + "-bytes-declared-" + vr + in(target),
                            target,
                            REFUSED,
                            wire -> wire.header(0x00090010, vr, length).raw(new byte[8]));
                }
            }
        }
    }

    private void undefinedLengths() {
        for (String vr : LONG_VRS) {
            boolean items = vr.equals("SQ") || vr.equals("UN");
            boolean fragments = vr.startsWith("O");
            add(
                    "element/undefined-length-at-the-end-" + vr,
                    EXPLICIT,
                    items || fragments ? ACCEPTED : REFUSED,
                    wire -> wire.header(0x00091001, vr, Wire.UNDEFINED));
            add(
                    "element/undefined-length-then-an-element-" + vr,
                    EXPLICIT,
                    REFUSED,
                    wire -> wire.header(0x00091001, vr, Wire.UNDEFINED).element(0x00100020, "LO", "AB"));
            add(
                    "element/undefined-length-then-its-delimiter-" + vr,
                    EXPLICIT,
                    items || fragments ? ACCEPTED : REFUSED,
                    wire -> wire.header(0x00091001, vr, Wire.UNDEFINED).mark(Wire.END_OF_SEQUENCE, 0));
        }
        add(
                "element/undefined-length-of-a-text-implicit",
                IMPLICIT,
                REFUSED,
                wire -> wire.header(0x00100010, "", Wire.UNDEFINED).mark(Wire.END_OF_SEQUENCE, 0));
    }

    private void oddLengths() {
        for (String vr : SHORT_VRS) {
            add(
                    "element/odd-length-" + vr,
                    EXPLICIT,
                    ACCEPTED,
                    wire -> wire.header(0x00090010, vr, 7).raw(new byte[7]).element(0x00100020, "LO", "AB"));
        }
        for (String vr : LONG_VRS) {
            if (!vr.equals("SQ")) {
                add(
                        "element/odd-length-" + vr,
                        EXPLICIT,
                        ACCEPTED,
                        wire -> wire.header(0x00090010, vr, 7).raw(new byte[7]).element(0x00100020, "LO", "AB"));
            }
        }
    }

    private void letters() {
        for (String vr : List.of("ZZ", "QQ", "XX", "OX")) {
            add(
                    "element/unknown-vr-" + vr,
                    EXPLICIT,
                    ACCEPTED,
                    wire -> wire.tag(0x00090010)
                            .text(vr)
                            .number(2, 2)
                            .text("AB")
                            .element(0x00100020, "LO", "AB"));
            add(
                    "element/unknown-vr-with-32-bits-" + vr,
                    EXPLICIT,
                    ACCEPTED,
                    wire -> wire.tag(0x00090010)
                            .text(vr)
                            .number(2, 0)
                            .number(4, 2)
                            .text("AB")
                            .element(0x00100020, "LO", "AB"));
            add(
                    "element/unknown-vr-beyond-the-end-" + vr,
                    EXPLICIT,
                    REFUSED,
                    wire -> wire.tag(0x00090010).text(vr).number(2, 900).text("AB"));
        }
        for (String vr : List.of("lo", "??", "\u00ff\u00ff", "L\0", "\0L", "  ", "<s", "\r\n", "%n", "1.")) {
            add(
                    "element/no-vr-" + hex(vr),
                    EXPLICIT,
                    ACCEPTED,
                    wire -> wire.tag(0x00090010)
                            .text(vr)
                            .number(2, 2)
                            .text("AB")
                            .element(0x00100020, "LO", "AB"));
            add(
                    "element/no-vr-and-nothing-behind-" + hex(vr),
                    EXPLICIT,
                    REFUSED,
                    wire -> wire.tag(0x00090010)
                            .text(vr)
                            .number(2, 2)
                            .text("AB")
                            .raw(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}));
        }
        add(
                "element/implicit-among-explicit",
                EXPLICIT,
                ACCEPTED,
                wire -> wire.tag(0x00090010).number(4, 2).text("AB").element(0x00100020, "LO", "AB"));
    }

    private static String hex(String letters) {
        return String.format("%02x%02x", (int) letters.charAt(0), (int) letters.charAt(1));
    }

    private void tags() {
        for (HostileCase.Target target : NATIVE) {
            for (int tag : new int[] {
                0x00000000,
                0x00000002,
                0x00010001,
                0x00020010,
                0x00030003,
                0x00050005,
                0x00070010,
                0x00090000,
                0xFFFCFFFC,
                0xFFFDFFFF,
                0xFFFF0001,
                0xFFFFFFFF,
                0x7FE10010,
                0x00FF00FF
            }) {
                add(
                        "element/tag-" + Integer.toHexString(tag) + in(target),
                        target,
                        ACCEPTED,
                        wire -> wire.element(tag, "LO", "AB"));
            }
            for (int tag : new int[] {Wire.ITEM, Wire.END_OF_ITEM, Wire.END_OF_SEQUENCE, 0xFFFE0000, 0xFFFEFFFF}) {
                add(
                        "element/delimiter-" + Integer.toHexString(tag) + in(target),
                        target,
                        REFUSED,
                        wire -> wire.element(0x00080060, "CS", "OT").mark(tag, 0));
            }
            add("element/descending-order" + in(target), target, ACCEPTED, wire -> {
                for (int tag = 0x00090040; tag > 0x00090020; tag--) {
                    wire.element(tag, "LO", "AB");
                }
            });
            add("element/the-same-tag-1000-times" + in(target), target, ACCEPTED, wire -> {
                for (int i = 0; i < 1000; i++) {
                    wire.element(0x00100020, "LO", "AB");
                }
            });
            add(
                    "element/zeros-behind" + in(target),
                    target,
                    ACCEPTED,
                    wire -> wire.element(0x00100020, "LO", "AB").raw(new byte[1001]));
            for (int count = 1; count < 8; count++) {
                byte[] zeros = new byte[count];
                add(
                        "element/" + count + "-zeros-behind-pixel-data" + in(target),
                        target,
                        ACCEPTED,
                        wire -> wire.element(0x7FE00010, "OB", new byte[8]).raw(zeros));
            }
            add(
                    "element/letters-behind" + in(target),
                    target,
                    REFUSED,
                    wire -> wire.element(0x00100020, "LO", "AB").text("A".repeat(1001)));
        }
    }

    private void truncations() {
        for (HostileCase.Target target : NATIVE) {
            Wire wire = Wire.of(target)
                    .element(0x00080060, "CS", "OT")
                    .header(0x0040A730, "SQ", Wire.UNDEFINED)
                    .mark(Wire.ITEM, 10)
                    .element(0x0040A160, "LO", "AB")
                    .mark(Wire.END_OF_SEQUENCE, 0);
            int known = 10;
            byte[] whole = wire.element(0x7FE00010, "OB", new byte[8]).done();
            int sequence = target == IMPLICIT ? 18 : 22;
            List<Integer> whereReadable = List.of(known, sequence, sequence + 18, sequence + 26, whole.length);
            for (int length = 1; length < whole.length; length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                all.add(HostileCase.of(
                        "element/cut-off-at-" + length + in(target),
                        target,
                        whereReadable.contains(length) ? ACCEPTED : REFUSED,
                        () -> cut));
            }
        }
    }

    /** Both sides of a million elements and items. */
    private void counts() {
        add("limits/1000000-elements", EXPLICIT, ACCEPTED, wire -> elements(wire, 1_000_000));
        add("limits/1000001-elements", EXPLICIT, REFUSED, wire -> elements(wire, 1_000_001));
        add("limits/999999-empty-items", EXPLICIT, ACCEPTED, wire -> items(wire, 999_999));
        add("limits/1000000-empty-items", EXPLICIT, REFUSED, wire -> items(wire, 1_000_000));
        add(
                "limits/a-value-of-32-megabytes",
                EXPLICIT,
                ACCEPTED,
                wire -> wire.element(0x00091001, "OB", new byte[32 << 20]));
        add(
                "limits/100000-values-in-one-element",
                EXPLICIT,
                ACCEPTED,
                wire -> wire.element(0x00091001, "UT", "\\".repeat(100_000)));
        add(
                "limits/100000-values-of-a-number",
                EXPLICIT,
                ACCEPTED,
                wire -> wire.element(0x00091001, "UC", "1e999999999\\".repeat(10_000)));
        add("limits/descending-order-200000", EXPLICIT, ACCEPTED, wire -> {
            for (int tag = 0x000B0000 + 200_000; tag > 0x000B0000; tag--) {
                wire.header(tag, "LO", 0);
            }
        });
    }

    /** What a search for each element would make quadratic, see Outline of module dicom. */
    private void again() {
        add("limits/the-same-tag-990000-times", EXPLICIT, ACCEPTED, wire -> {
            for (int i = 0; i < 990_000; i++) {
                wire.element(0x00080070, "LO", "AB");
            }
        });
        add("limits/a-private-creator-400000-times", EXPLICIT, ACCEPTED, wire -> {
            for (int i = 0; i < 400_000; i++) {
                wire.element(0x00090010, "LO", "ACME");
            }
            for (int i = 0; i < 400_000; i++) {
                wire.element(0x00091001, "LO", "X ");
            }
        });
        add("limits/400000-empty-sequences-behind-a-long-one", EXPLICIT, ACCEPTED, wire -> {
            wire.header(0x00081140, "SQ", Wire.UNDEFINED)
                    .mark(Wire.ITEM, (16 << 20) + 12)
                    .element(0x00091001, "UN", new byte[16 << 20])
                    .mark(Wire.END_OF_SEQUENCE, 0);
            for (int i = 0; i < 400_000; i++) {
                wire.header(0x00090000 + i, "SQ", Wire.UNDEFINED).mark(Wire.END_OF_SEQUENCE, 0);
            }
        });
        for (HostileCase.Target target : NATIVE) {
            add(
                    "element/long-value-of-a-lower-tag-behind-pixel-data" + in(target),
                    target,
                    ACCEPTED,
                    wire -> wire.element(0x00100020, "LO", "AB")
                            .element(0x7FE00010, "OB", new byte[4000])
                            .element(0x00204000, "LT", "X".repeat(3000))
                            .element(0x00204000, "LT", "Y".repeat(3000))
                            .element(0x00204000, "LT", "AB"));
        }
    }

    private static void elements(Wire wire, int count) {
        for (int i = 0; i < count; i++) {
            wire.header(0x00100020 + (i << 1), "LO", 0);
        }
    }

    private static void items(Wire wire, int count) {
        wire.header(0x0040A730, "SQ", 8 * count);
        for (int i = 0; i < count; i++) {
            wire.mark(Wire.ITEM, 0);
        }
    }

    private void deflated() {
        byte[] body = HostileFiles.body();
        byte[] good = deflate(body, Deflater.DEFAULT_COMPRESSION, true);
        byte[] damaged = good.clone();
        damaged[0] |= 6;
        deflated("no-bytes", REFUSED, new byte[0]);
        deflated("one-byte", REFUSED, new byte[] {1});
        deflated("reserved-block-type", REFUSED, damaged);
        deflated("with-zlib-header", REFUSED, deflate(body, Deflater.DEFAULT_COMPRESSION, false));
        deflated("not-deflated", REFUSED, body);
        deflated("stored-blocks", ACCEPTED, deflate(body, Deflater.NO_COMPRESSION, true));
        deflated("bytes-behind", ACCEPTED, Arrays.copyOf(good, good.length + 100));
        deflated("twice", REFUSED, deflate(good, Deflater.DEFAULT_COMPRESSION, true));
        deflated("of-nothing", ACCEPTED, deflate(new byte[0], Deflater.DEFAULT_COMPRESSION, true));
        for (int length = 2; length < good.length; length += 6) {
            deflated("cut-off-at-" + length, REFUSED, Arrays.copyOf(good, length));
        }
        for (int at = 1; at < good.length - 8; at += 7) {
            byte[] changed = good.clone();
            changed[at] ^= (byte) 0xFF;
            deflated("changed-at-" + at, HostileCase.Outcome.EITHER, changed);
        }
        for (int megabytes : new int[] {8, 64}) {
            all.add(HostileCase.of(
                    "deflate/bomb-of-" + megabytes + "-megabytes",
                    DEFLATED,
                    megabytes <= 16 ? ACCEPTED : REFUSED,
                    () -> bomb(megabytes)));
        }
    }

    private void deflated(String name, HostileCase.Outcome expected, byte[] bytes) {
        all.add(HostileCase.of("deflate/" + name, DEFLATED, expected, () -> bytes));
    }

    static byte[] deflate(byte[] bytes, int level, boolean raw) {
        Deflater deflater = new Deflater(level, raw);
        try {
            deflater.setInput(bytes);
            deflater.finish();
            byte[] out = new byte[bytes.length + 1024];
            return Arrays.copyOf(out, deflater.deflate(out));
        } finally {
            deflater.end();
        }
    }

    /** One value of zeros, deflated a thousand to one. */
    private static byte[] bomb(int megabytes) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] piece = new byte[1 << 20];
        byte[] buffer = new byte[1 << 16];
        deflater.setInput(
                Wire.explicit().header(0x00091001, "OB", megabytes << 20).done());
        for (int i = 0; i <= megabytes; i++) {
            while (!deflater.needsInput()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
            if (i < megabytes) {
                deflater.setInput(piece);
            }
        }
        deflater.finish();
        while (!deflater.finished()) {
            out.write(buffer, 0, deflater.deflate(buffer));
        }
        deflater.end();
        return out.toByteArray();
    }
}
