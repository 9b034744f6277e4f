package org.strongroom.testkit.hostile;

import static org.strongroom.testkit.hostile.HostileCase.Outcome.ACCEPTED;
import static org.strongroom.testkit.hostile.HostileCase.Outcome.REFUSED;
import static org.strongroom.testkit.hostile.HostileCase.Target.EXPLICIT;
import static org.strongroom.testkit.hostile.HostileCase.Target.FILE;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Classes encaps, pixel and codec-less: encapsulated pixel data (PS3.5 A.4), and what describes pixels and lies. */
final class HostilePixels {
    private static final int PIXEL_DATA = 0x7FE00010;
    private static final String JPEG_UID = "1.2.840.10008.1.2.4.50";

    private final List<HostileCase> all;

    private HostilePixels(List<HostileCase> all) {
        this.all = all;
    }

    static void addTo(List<HostileCase> all) {
        HostilePixels pixels = new HostilePixels(all);
        pixels.fragments();
        pixels.offsets();
        pixels.descriptions();
        pixels.numbers();
        pixels.codestreams();
    }

    private void add(String name, HostileCase.Outcome expected, Consumer<Wire> bytes) {
        all.add(HostileCase.of(name, EXPLICIT, expected, () -> {
            Wire wire = Wire.explicit();
            bytes.accept(wire);
            return wire.done();
        }));
    }

    private static Wire opened(Wire wire) {
        return wire.header(PIXEL_DATA, "OB", Wire.UNDEFINED);
    }

    private void fragments() {
        add("encaps/no-offset-table-at-all", ACCEPTED, wire -> opened(wire).mark(Wire.END_OF_SEQUENCE, 0));
        add(
                "encaps/no-delimiter",
                ACCEPTED,
                wire -> opened(wire).mark(Wire.ITEM, 0).mark(Wire.ITEM, 2).text("AB"));
        add("encaps/nothing-behind-the-header", ACCEPTED, HostilePixels::opened);
        add(
                "encaps/delimiter-with-a-length",
                ACCEPTED,
                wire -> opened(wire).mark(Wire.ITEM, 0).mark(Wire.END_OF_SEQUENCE, 0x7FFFFFFF));
        for (int length : new int[] {0xFFFFFFFF, 0xFFFFFFFE, 0x80000000, 0x7FFFFFFF, 3}) {
            add(
                    "encaps/fragment-of-" + Integer.toUnsignedString(length) + "-bytes",
                    REFUSED,
                    wire -> opened(wire)
                            .mark(Wire.ITEM, 0)
                            .mark(Wire.ITEM, length)
                            .text("AB"));
            add(
                    "encaps/offset-table-of-" + Integer.toUnsignedString(length) + "-bytes",
                    REFUSED,
                    wire -> opened(wire).mark(Wire.ITEM, length).text("AB"));
        }
        for (int tag : new int[] {Wire.END_OF_ITEM, 0xFFFE0000, 0x00100010, 0x7FE00010, 0}) {
            add(
                    "encaps/" + Integer.toHexString(tag) + "-where-a-fragment-must-be",
                    REFUSED,
                    wire -> opened(wire).mark(Wire.ITEM, 0).mark(tag, 0).mark(Wire.END_OF_SEQUENCE, 0));
        }
        add(
                "encaps/odd-fragments",
                ACCEPTED,
                wire -> opened(wire)
                        .mark(Wire.ITEM, 0)
                        .mark(Wire.ITEM, 3)
                        .text("ABC")
                        .mark(Wire.END_OF_SEQUENCE, 0));
        add("encaps/100000-fragments", ACCEPTED, wire -> {
            opened(wire).mark(Wire.ITEM, 0);
            for (int i = 0; i < 100_000; i++) {
                wire.mark(Wire.ITEM, 2).text("AB");
            }
            wire.mark(Wire.END_OF_SEQUENCE, 0);
        });
        // Fragments are items, and Pixel Data is an element.
        for (int count : new int[] {999_999, 1_000_000}) {
            add("encaps/" + count + "-empty-fragments", count < 1_000_000 ? ACCEPTED : REFUSED, wire -> {
                opened(wire);
                for (int i = 0; i < count; i++) {
                    wire.mark(Wire.ITEM, 0);
                }
                wire.mark(Wire.END_OF_SEQUENCE, 0);
            });
        }
        add("encaps/twice", ACCEPTED, wire -> {
            for (int i = 0; i < 2; i++) {
                opened(wire).mark(Wire.ITEM, 0).mark(Wire.END_OF_SEQUENCE, 0);
            }
        });
        add(
                "encaps/within-an-icon",
                ACCEPTED,
                wire -> opened(wire.header(0x00880200, "SQ", Wire.UNDEFINED).mark(Wire.ITEM, Wire.UNDEFINED))
                        .mark(Wire.ITEM, 0)
                        .mark(Wire.END_OF_SEQUENCE, 0)
                        .mark(Wire.END_OF_ITEM, 0)
                        .mark(Wire.END_OF_SEQUENCE, 0));
        add(
                "encaps/a-sequence-in-its-place",
                ACCEPTED,
                wire -> opened(wire)
                        .mark(Wire.ITEM, 10)
                        .element(0x00100020, "LO", "AB")
                        .mark(Wire.END_OF_SEQUENCE, 0));
        add(
                "encaps/delimiter-within-a-fragment",
                ACCEPTED,
                wire -> opened(wire)
                        .mark(Wire.ITEM, 0)
                        .mark(Wire.ITEM, 8)
                        .mark(Wire.END_OF_SEQUENCE, 0)
                        .mark(Wire.END_OF_SEQUENCE, 0));
        add(
                "encaps/elements-behind",
                ACCEPTED,
                wire -> opened(wire)
                        .mark(Wire.ITEM, 0)
                        .mark(Wire.END_OF_SEQUENCE, 0)
                        .element(0xFFFCFFFC, "OB", new byte[4]));
        add(
                "encaps/5-bytes-behind",
                ACCEPTED,
                wire -> opened(wire)
                        .mark(Wire.ITEM, 0)
                        .mark(Wire.END_OF_SEQUENCE, 0)
                        .text("ABCDE"));
    }

    private void offsets() {
        long[][] tables = {{0xFFFFFFFFL}, {0, 0, 0}, {8, 4, 0}, {1, 2, 3}, {0x80000000L, 0}};
        for (int i = 0; i < tables.length; i++) {
            long[] table = tables[i];
            add("encaps/offsets-that-lie-" + i, ACCEPTED, wire -> {
                opened(wire).mark(Wire.ITEM, 4 * table.length);
                for (long offset : table) {
                    wire.number(4, offset);
                }
                wire.mark(Wire.ITEM, 2).text("AB").mark(Wire.END_OF_SEQUENCE, 0);
            });
            add("encaps/extended-offsets-that-lie-" + i, ACCEPTED, wire -> {
                for (int tag : new int[] {0x7FE00001, 0x7FE00002}) {
                    wire.header(tag, "OV", 8 * table.length);
                    for (long offset : table) {
                        wire.number(8, offset << 31);
                    }
                }
                opened(wire).mark(Wire.ITEM, 0).mark(Wire.ITEM, 2).text("AB").mark(Wire.END_OF_SEQUENCE, 0);
            });
        }
        add(
                "encaps/offset-table-of-7-bytes",
                ACCEPTED,
                wire -> opened(wire).mark(Wire.ITEM, 7).raw(new byte[7]).mark(Wire.END_OF_SEQUENCE, 0));
    }

    /** US values of the image pixel module; the reader doesn't multiply them. */
    private void descriptions() {
        int[] tags = {0x00280002, 0x00280010, 0x00280011, 0x00280100, 0x00280101, 0x00280102, 0x00280103, 0x00280006};
        for (int tag : tags) {
            for (int value : new int[] {0, 1, 65_535}) {
                add(
                        "pixel/" + Integer.toHexString(tag) + "-is-" + value,
                        ACCEPTED,
                        wire -> wire.element(tag, "US", (byte) value, (byte) (value >> 8))
                                .element(PIXEL_DATA, "OW", new byte[2]));
            }
            add(
                    "pixel/" + Integer.toHexString(tag) + "-is-text",
                    ACCEPTED,
                    wire -> wire.element(tag, "LO", "-1").element(PIXEL_DATA, "OW", new byte[2]));
            add(
                    "pixel/" + Integer.toHexString(tag) + "-is-empty",
                    ACCEPTED,
                    wire -> wire.header(tag, "US", 0).element(PIXEL_DATA, "OW", new byte[2]));
        }
        add(
                "pixel/of-four-gigabytes",
                REFUSED,
                wire -> wire.header(PIXEL_DATA, "OW", 0xFFFFFFFE).raw(new byte[16]));
        add("pixel/of-no-bytes", ACCEPTED, wire -> wire.header(PIXEL_DATA, "OW", 0));
        add(
                "pixel/float-and-integer",
                ACCEPTED,
                wire -> wire.element(0x7FE00008, "OF", new byte[4])
                        .element(0x7FE00009, "OD", new byte[8])
                        .element(PIXEL_DATA, "OW", new byte[2]));
        add(
                "pixel/palette-of-0-entries-that-means-65536",
                ACCEPTED,
                wire -> wire.element(0x00281101, "US", new byte[] {0, 0, 0, 0, 16, 0})
                        .element(0x00281201, "OW", new byte[2])
                        .element(PIXEL_DATA, "OB", new byte[2]));
    }

    private void numbers() {
        List<String> numbers = List.of(
                "-1",
                "0",
                "2147483648",
                "99999999999999999999",
                "1e308",
                "1e999999999",
                "-1e-999999999",
                "NaN",
                "Infinity",
                "0x7f",
                "1d",
                "4.9e-324",
                "\\\\\\\\",
                "1\\2\\3",
                "--1",
                "",
                "1".repeat(1000));
        int i = 0;
        for (String number : numbers) {
            String padded = number.length() % 2 == 0 ? number : number + " ";
            add("pixel/frames-" + i, ACCEPTED, wire -> wire.element(0x00280008, "IS", padded));
            add(
                    "pixel/rescale-slope-" + i++,
                    ACCEPTED,
                    wire -> wire.element(0x00280030, "DS", padded).element(0x00281053, "DS", padded));
        }
    }

    /** Nobody decodes here: what is no codestream is bytes. */
    private void codestreams() {
        Map<String, String> streams = new TreeMap<>(Map.of(
                "jpeg-of-65535-squared", "\u00ff\u00d8\u00ff\u00c0\0\u0011\b\u00ff\u00ff\u00ff\u00ff\3",
                "jpeg-start-only", "\u00ff\u00d8",
                "jpeg2000-of-4-gigabytes", "\u00ffO\u00ffQ\0)\0\0\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff",
                "rle-of-15-segments", "\u000f\0\0\0\u00ff\u00ff\u00ff\u00ff",
                "html", "<script>alert(1)</script>",
                "nothing", ""));
        streams.forEach((name, stream) -> all.add(HostileCase.of("codec-less/" + name, FILE, ACCEPTED, () -> {
            Wire wire = Wire.explicit().raw(HostileFiles.body());
            opened(wire).mark(Wire.ITEM, 0).mark(Wire.ITEM, stream.length()).text(stream);
            return HostileFiles.file(
                    JPEG_UID, wire.mark(Wire.END_OF_SEQUENCE, 0).done());
        })));
        all.add(HostileCase.of(
                "codec-less/native-in-an-encapsulated-syntax",
                FILE,
                ACCEPTED,
                () -> HostileFiles.file(
                        JPEG_UID,
                        Wire.explicit()
                                .raw(HostileFiles.body())
                                .element(PIXEL_DATA, "OB", new byte[8])
                                .done())));
        all.add(HostileCase.of(
                "codec-less/encapsulated-in-a-native-syntax",
                FILE,
                ACCEPTED,
                () -> HostileFiles.file(
                        HostileFiles.EXPLICIT_UID,
                        opened(Wire.explicit().raw(HostileFiles.body()))
                                .mark(Wire.ITEM, 0)
                                .mark(Wire.END_OF_SEQUENCE, 0)
                                .done())));
    }
}
