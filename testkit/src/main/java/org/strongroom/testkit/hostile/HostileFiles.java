package org.strongroom.testkit.hostile;

import static org.strongroom.testkit.hostile.HostileCase.Outcome.ACCEPTED;
import static org.strongroom.testkit.hostile.HostileCase.Outcome.REFUSED;
import static org.strongroom.testkit.hostile.HostileCase.Target.FILE;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Classes preamble and meta: what stands before the data set of a file, PS3.10 section 7. */
final class HostileFiles {
    static final String EXPLICIT_UID = "1.2.840.10008.1.2.1\0";
    private static final String IMPLICIT_UID = "1.2.840.10008.1.2\0";

    private final List<HostileCase> all;

    private HostileFiles(List<HostileCase> all) {
        this.all = all;
    }

    static void addTo(List<HostileCase> all) {
        HostileFiles files = new HostileFiles(all);
        files.preambles();
        files.groupLengths();
        files.transferSyntaxes();
        files.metaElements();
        files.lengths();
        files.truncations();
        files.endless();
    }

    private void add(String name, HostileCase.Outcome expected, byte[] bytes) {
        all.add(HostileCase.of(name, FILE, expected, () -> bytes));
    }

    /** Preamble, prefix, these bytes as meta information, these as data set. */
    static byte[] file(byte[] preamble, byte[] meta, byte[] body) {
        return Wire.explicit()
                .raw(Arrays.copyOf(preamble, 128))
                .text("DICM")
                .raw(meta)
                .raw(body)
                .done();
    }

    static byte[] file(String syntax, byte[] body) {
        return file(new byte[0], meta(syntax), body);
    }

    static byte[] meta(String syntax) {
        byte[] rest = Wire.explicit()
                .element(0x00020001, "OB", (byte) 0, (byte) 1)
                .element(0x00020002, "UI", "1.2.840.10008.5.1.4.1.1.7\0")
                .element(0x00020003, "UI", "2.25.1\0\0".substring(0, 8))
                .element(0x00020010, "UI", syntax)
                .done();
        return Wire.explicit()
                .header(0x00020000, "UL", 4)
                .number(4, rest.length)
                .raw(rest)
                .done();
    }

    static byte[] body() {
        return Wire.explicit()
                .element(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.7\0")
                .element(0x00080018, "UI", "2.25.1\0\0".substring(0, 8))
                .element(0x00080060, "CS", "OT")
                .element(0x00100010, "PN", "HOSTILE^A ")
                .element(0x00100020, "LO", "H1")
                .element(0x0020000D, "UI", "2.25.2\0\0".substring(0, 8))
                .element(0x0020000E, "UI", "2.25.3\0\0".substring(0, 8))
                .done();
    }

    private static Map<String, byte[]> polyglots() {
        Map<String, byte[]> map = new TreeMap<>();
        map.put("pe", latin("MZ\u0090\0\3\0\0\0"));
        map.put("elf", latin("\u007fELF\2\1\1"));
        map.put("macho-32", latin("\u00ce\u00fa\u00ed\u00fe"));
        map.put("macho-64", latin("\u00cf\u00fa\u00ed\u00fe"));
        map.put("java-class", latin("\u00ca\u00fe\u00ba\u00be"));
        map.put("tiff-little", latin("II*\0\b\0\0\0"));
        map.put("tiff-big", latin("MM\0*\0\0\0\b"));
        map.put("bigtiff", latin("II+\0\b\0\0\0"));
        map.put("zip", latin("PK\3\4"));
        map.put("pdf", latin("%PDF-1.7\n"));
        map.put("html", latin("<html><script>alert(1)</script>"));
        map.put("shell", latin("#!/bin/sh\nid\n"));
        map.put("gif", latin("GIF89a"));
        map.put("png", latin("\u0089PNG\r\n\u001a\n"));
        map.put("jpeg", latin("\u00ff\u00d8\u00ff\u00e0"));
        map.put("gzip", latin("\u001f\u008b\b\0"));
        map.put("wasm", latin("\0asm\1\0\0\0"));
        map.put("riff", latin("RIFF\u00ff\u00ff\u00ff\u00ffAVI "));
        return map;
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private void preambles() {
        polyglots().forEach((name, magic) -> {
            add("preamble/" + name, ACCEPTED, file(magic, meta(EXPLICIT_UID), body()));
            add("preamble/only-" + name, REFUSED, Arrays.copyOf(magic, 4096));
        });
        byte[] good = file(EXPLICIT_UID, body());
        add("preamble/prefix-in-lower-case", REFUSED, replaced(good, 128, latin("dicm")));
        add("preamble/missing", ACCEPTED, Arrays.copyOfRange(good, 132, good.length));
        add("preamble/prefix-first", REFUSED, Arrays.copyOfRange(good, 128, good.length));
        add("preamble/two-prefixes", REFUSED, replaced(good, 132, latin("DICM")));
        for (int length : new int[] {0, 1, 2, 3, 7, 8, 127, 128, 129, 131, 4095, 4096, 4097, 100_000}) {
            add("preamble/only-" + length + "-zeros", REFUSED, new byte[length]);
        }
        byte[] onlyPrefix = Arrays.copyOf(good, 132);
        add("preamble/nothing-behind-the-prefix", REFUSED, onlyPrefix);
        byte[] text = new byte[5000];
        Arrays.fill(text, (byte) 'A');
        add("preamble/letters", REFUSED, text);
    }

    static byte[] replaced(byte[] bytes, int at, byte[] with) {
        byte[] copy = bytes.clone();
        System.arraycopy(with, 0, copy, at, with.length);
        return copy;
    }

    private void groupLengths() {
        for (int length : new int[] {0, 1, 4, 12, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000, 0xFFFFFFFE}) {
            byte[] lying = Wire.explicit().number(4, length).done();
            byte[] good = file(EXPLICIT_UID, body());
            add("meta/group-length-" + Integer.toUnsignedString(length), ACCEPTED, replaced(good, 140, lying));
        }
        byte[] meta = meta(EXPLICIT_UID);
        add("meta/no-group-length", ACCEPTED, file(new byte[0], Arrays.copyOfRange(meta, 12, meta.length), body()));
        byte[] twice = Wire.explicit().raw(meta).raw(meta).done();
        add("meta/twice", ACCEPTED, file(new byte[0], twice, body()));
    }

    private void transferSyntaxes() {
        Map<String, String> refused = new TreeMap<>(Map.of(
                "unknown", "1.2.3.4.5.6.7.8\0",
                "a-storage-class", "1.2.840.10008.5.1.4.1.1.2\0",
                "verification", "1.2.840.10008.1.1\0",
                "of-64-digits", "1".repeat(64)));
        refused.forEach((name, uid) -> add("meta/transfer-syntax-" + name, REFUSED, file(uid, body())));
        // What is no UID names nothing; the data set shows what it is in.
        Map<String, String> accepted = new TreeMap<>(Map.of(
                "empty", "",
                "of-letters", "EXPLICIT",
                "of-a-path", "../../../../etc/passwd",
                "of-65-digits", "1".repeat(65) + "\0",
                "of-dots", "....",
                "of-zeros", "\0\0\0\0",
                "with-spaces", "1.2.840.10008.1.2.1  ",
                "unpadded", "1.2.840.10008.1.2.1"));
        accepted.forEach((name, uid) -> add("meta/transfer-syntax-" + name, ACCEPTED, file(uid, body())));
        add("meta/transfer-syntax-missing", ACCEPTED, file(new byte[0], Arrays.copyOf(meta(""), 60), body()));
        add("meta/says-implicit-is-explicit", ACCEPTED, file(IMPLICIT_UID, body()));
        add("meta/says-big-endian-is-little", REFUSED, file("1.2.840.10008.1.2.2\0", body()));
        add("meta/says-deflated-is-not", REFUSED, file("1.2.840.10008.1.2.1.99", body()));
    }

    private void metaElements() {
        byte[] meta = meta(EXPLICIT_UID);
        for (String vr : List.of("OB", "SQ", "UN", "UT", "OW")) {
            byte[] undefined = Wire.explicit()
                    .raw(meta)
                    .header(0x00020102, vr, Wire.UNDEFINED)
                    .mark(Wire.END_OF_SEQUENCE, 0)
                    .done();
            add("meta/undefined-length-" + vr, REFUSED, file(new byte[0], undefined, body()));
            byte[] huge =
                    Wire.explicit().raw(meta).header(0x00020102, vr, 0xFFFFFFFE).done();
            add("meta/four-gigabytes-" + vr, REFUSED, file(new byte[0], huge, body()));
            byte[] beyond =
                    Wire.explicit().raw(meta).header(0x00020102, vr, 0x10000).done();
            add("meta/beyond-the-end-" + vr, REFUSED, file(new byte[0], beyond, body()));
        }
        add(
                "meta/unknown-vr",
                ACCEPTED,
                file(
                        new byte[0],
                        Wire.explicit()
                                .raw(meta)
                                .element(0x00020102, "ZZ", "AB")
                                .done(),
                        body()));
        add(
                "meta/odd-length",
                ACCEPTED,
                file(
                        new byte[0],
                        Wire.explicit()
                                .raw(meta)
                                .element(0x00020016, "AE", "ABC")
                                .done(),
                        body()));
        byte[] implicit = Wire.implicit().element(0x00020010, "", EXPLICIT_UID).done();
        add("meta/implicit", ACCEPTED, file(new byte[0], implicit, body()));
        byte[] private_ = Wire.explicit()
                .raw(meta)
                .element(0x00020102, "OB", new byte[60_000])
                .done();
        add("meta/private-information-of-60000-bytes", ACCEPTED, file(new byte[0], private_, body()));
        add(
                "meta/in-descending-order",
                ACCEPTED,
                file(
                        new byte[0],
                        Wire.explicit()
                                .element(0x00020016, "AE", "AB")
                                .raw(meta)
                                .done(),
                        body()));
    }

    /** Both sides of the longest meta information, 1 MiB: a round 1,040,000 bytes and two times as many. */
    private void lengths() {
        byte[] meta = meta(EXPLICIT_UID);
        for (int length : new int[] {1_040_000, 2_200_000}) {
            HostileCase.Outcome expected = length > 1 << 20 ? REFUSED : ACCEPTED;
            all.add(HostileCase.of(
                    "meta/of-" + length + "-bytes",
                    FILE,
                    expected,
                    () -> file(
                            new byte[0],
                            Wire.explicit()
                                    .raw(meta)
                                    .element(0x00020102, "OB", new byte[length])
                                    .done(),
                            body())));
        }
        all.add(HostileCase.of("meta/of-20000-elements", FILE, ACCEPTED, () -> {
            Wire wire = Wire.explicit().raw(meta);
            for (int i = 0; i < 20_000; i++) {
                wire.element(0x00020016, "AE", "AB");
            }
            return file(new byte[0], wire.done(), body());
        }));
    }

    private void truncations() {
        byte[] good = file(EXPLICIT_UID, new byte[0]);
        for (int length = 133; length < good.length; length += 3) {
            boolean between = isBetweenMetaElements(good, length);
            if (!between) {
                add("meta/cut-off-at-" + length, REFUSED, Arrays.copyOf(good, length));
            }
        }
    }

    private static boolean isBetweenMetaElements(byte[] file, int length) {
        int at = 132;
        while (at < length) {
            boolean isLong = file[at + 4] == 'O';
            at += isLong ? 12 + (file[at + 8] & 0xFF) : 8 + (file[at + 6] & 0xFF);
        }
        return at == length;
    }

    private void endless() {
        byte[] element = Wire.explicit().element(0x00020016, "AE", "AB").done();
        byte[] start = file(new byte[0], meta(EXPLICIT_UID), new byte[0]);
        endless("meta/elements-without-end", REFUSED, start, element);
        byte[] huge =
                Wire.explicit().raw(start).header(0x00020102, "OB", 0xFFFFFFFE).done();
        endless("meta/value-without-end", REFUSED, huge, new byte[64]);
        endless("preamble/zeros-without-end", REFUSED, new byte[0], new byte[64]);
        byte[] implicit = Wire.explicit().raw(file(IMPLICIT_UID, new byte[0])).done();
        endless("element/zeros-without-end", REFUSED, implicit, new byte[64]);
        endless(
                "element/elements-without-end",
                REFUSED,
                start,
                Wire.explicit().element(0x00080060, "CS", "OT").done());
        endless(
                "sequence/items-without-end",
                REFUSED,
                Wire.explicit()
                        .raw(start)
                        .header(0x00081140, "SQ", Wire.UNDEFINED)
                        .done(),
                Wire.explicit().mark(Wire.ITEM, 0).done());
        endless(
                "sequence/nesting-without-end",
                REFUSED,
                start,
                Wire.explicit()
                        .header(0x00081140, "SQ", Wire.UNDEFINED)
                        .mark(Wire.ITEM, Wire.UNDEFINED)
                        .done());
        endless(
                "element/identifier-of-four-gigabytes",
                REFUSED,
                Wire.explicit().raw(start).header(0x00080018, "UN", 0xFFFFFFFE).done(),
                new byte[64]);
    }

    /** These bytes, then those again and again. */
    private void endless(String name, HostileCase.Outcome expected, byte[] start, byte[] again) {
        all.add(new HostileCase(
                name,
                FILE,
                expected,
                true,
                () -> new SequenceInputStream(new ByteArrayInputStream(start), repeated(again))));
    }

    private static InputStream repeated(byte[] bytes) {
        return new InputStream() {
            private int at;

            @Override
            public int read() {
                at = at == bytes.length ? 1 : at + 1;
                return bytes[at - 1] & 0xFF;
            }

            @Override
            public int read(byte[] to, int offset, int length) {
                for (int i = 0; i < length; i++) {
                    to[offset + i] = (byte) read();
                }
                return length;
            }
        };
    }
}
