package org.strongroom.testkit.hostile;

import static org.strongroom.testkit.hostile.HostileCase.Outcome.ACCEPTED;
import static org.strongroom.testkit.hostile.HostileCase.Outcome.REFUSED;
import static org.strongroom.testkit.hostile.HostileCase.Target.EXPLICIT;
import static org.strongroom.testkit.hostile.HostileCase.Target.IMPLICIT;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Class sequence: items, delimiters and nesting, PS3.5 section 7.5. */
final class HostileSequences {
    private static final int SEQUENCE = 0x0040A730;

    private final List<HostileCase> all;

    private HostileSequences(List<HostileCase> all) {
        this.all = all;
    }

    static void addTo(List<HostileCase> all) {
        HostileSequences sequences = new HostileSequences(all);
        sequences.depths();
        HostileElements.NATIVE.forEach(sequences::items);
        sequences.unknown();
    }

    private void add(String name, HostileCase.Target target, HostileCase.Outcome expected, Consumer<Wire> bytes) {
        String in = "-" + target.name().toLowerCase(Locale.ROOT).replace('_', '-');
        all.add(HostileCase.of("sequence/" + name + in, target, expected, () -> {
            Wire wire = Wire.of(target);
            bytes.accept(wire);
            return wire.done();
        }));
    }

    /** 64 sequences within one another are read, 65 are not. */
    private void depths() {
        for (HostileCase.Target target : HostileElements.NATIVE) {
            for (int depth : new int[] {1, 63, 64, 65, 66, 100, 1000, 100_000}) {
                HostileCase.Outcome expected = depth <= 64 ? ACCEPTED : REFUSED;
                add("undefined-depth-" + depth, target, expected, wire -> undefined(wire, depth));
                if (depth < 10_000) {
                    add("defined-depth-" + depth, target, expected, wire -> wire.raw(defined(target, depth)));
                }
                add("open-depth-" + depth, target, expected, wire -> {
                    for (int i = 0; i < depth; i++) {
                        wire.header(SEQUENCE, "SQ", Wire.UNDEFINED).mark(Wire.ITEM, Wire.UNDEFINED);
                    }
                });
            }
        }
        for (int depth : new int[] {64, 65, 10_000}) {
            add("un-depth-" + depth, EXPLICIT, depth <= 64 ? ACCEPTED : REFUSED, wire -> {
                wire.header(SEQUENCE, "UN", Wire.UNDEFINED);
                for (int i = 1; i < depth; i++) {
                    wire.mark(Wire.ITEM, Wire.UNDEFINED).tag(SEQUENCE).number(4, Wire.UNDEFINED);
                }
            });
        }
    }

    private static void undefined(Wire wire, int depth) {
        for (int i = 0; i < depth; i++) {
            wire.header(SEQUENCE, "SQ", Wire.UNDEFINED).mark(Wire.ITEM, Wire.UNDEFINED);
        }
        wire.element(0x0040A160, "LO", "AB");
        for (int i = 0; i < depth; i++) {
            wire.mark(Wire.END_OF_ITEM, 0).mark(Wire.END_OF_SEQUENCE, 0);
        }
    }

    private static byte[] defined(HostileCase.Target target, int depth) {
        int header = target == IMPLICIT ? 8 : 12;
        Wire wire = Wire.of(target);
        for (int i = depth; i > 0; i--) {
            int inner = (i - 1) * (header + 8) + 10;
            wire.header(SEQUENCE, "SQ", inner + 8).mark(Wire.ITEM, inner);
        }
        return wire.element(0x0040A160, "LO", "AB").done();
    }

    private void items(HostileCase.Target target) {
        for (int length : new int[] {0xFFFFFFFE, 0x7FFFFFFF, 0x80000000, 11}) {
            String bytes = Integer.toUnsignedString(length);
            add(
                    "item-of-" + bytes + "-bytes",
                    target,
                    REFUSED,
                    wire -> wire.header(SEQUENCE, "SQ", Wire.UNDEFINED)
                            .mark(Wire.ITEM, length)
                            .element(0x0040A160, "LO", "AB"));
            add(
                    "sequence-of-" + bytes + "-bytes",
                    target,
                    REFUSED,
                    wire -> wire.header(SEQUENCE, "SQ", length).mark(Wire.ITEM, 2));
        }
        add(
                "item-longer-than-its-sequence",
                target,
                REFUSED,
                wire -> wire.header(SEQUENCE, "SQ", 18)
                        .mark(Wire.ITEM, 20)
                        .element(0x0040A160, "LO", "AB")
                        .element(0x0040A161, "LO", "AB"));
        add(
                "element-longer-than-its-item",
                target,
                REFUSED,
                wire -> wire.header(SEQUENCE, "SQ", 18)
                        .mark(Wire.ITEM, 10)
                        .header(0x0040A160, "LO", 4)
                        .text("ABCD"));
        add(
                "an-element-where-an-item-must-be",
                target,
                REFUSED,
                wire -> wire.header(SEQUENCE, "SQ", 10).element(0x0040A160, "LO", "AB"));
        add(
                "an-item-where-an-element-must-be",
                target,
                REFUSED,
                wire -> wire.header(SEQUENCE, "SQ", 16).mark(Wire.ITEM, 8).mark(Wire.ITEM, 0));
        for (int length : new int[] {1, 4, 7}) {
            add(
                    "of-" + length + "-bytes",
                    target,
                    REFUSED,
                    wire -> wire.header(SEQUENCE, "SQ", length).raw(new byte[length]));
        }
        add(
                "delimiter-in-known-length",
                target,
                ACCEPTED,
                wire -> wire.header(SEQUENCE, "SQ", 16).mark(Wire.ITEM, 0).mark(Wire.END_OF_SEQUENCE, 0));
        add(
                "delimiters-with-lengths",
                target,
                ACCEPTED,
                wire -> wire.header(SEQUENCE, "SQ", Wire.UNDEFINED)
                        .mark(Wire.ITEM, Wire.UNDEFINED)
                        .mark(Wire.END_OF_ITEM, 0x41414141)
                        .mark(Wire.END_OF_SEQUENCE, 0xFFFFFFFF));
        add(
                "item-without-its-delimiter",
                target,
                ACCEPTED,
                wire -> wire.header(SEQUENCE, "SQ", Wire.UNDEFINED)
                        .mark(Wire.ITEM, Wire.UNDEFINED)
                        .element(0x0040A160, "LO", "AB")
                        .mark(Wire.END_OF_SEQUENCE, 0));
        add("stray-delimiters", target, ACCEPTED, wire -> {
            wire.header(SEQUENCE, "SQ", Wire.UNDEFINED);
            for (int i = 0; i < 1000; i++) {
                wire.mark(Wire.END_OF_ITEM, 0);
            }
            wire.mark(Wire.END_OF_SEQUENCE, 0);
        });
        add("of-nothing", target, ACCEPTED, wire -> wire.header(SEQUENCE, "SQ", 0));
        add(
                "of-an-empty-item",
                target,
                ACCEPTED,
                wire -> wire.header(SEQUENCE, "SQ", 8).mark(Wire.ITEM, 0));
        add("100000-items", target, ACCEPTED, wire -> {
            wire.header(SEQUENCE, "SQ", Wire.UNDEFINED);
            for (int i = 0; i < 100_000; i++) {
                wire.mark(Wire.ITEM, 10).element(0x0040A160, "LO", "AB");
            }
            wire.mark(Wire.END_OF_SEQUENCE, 0);
        });
    }

    /** A UN of known length that the dictionary calls a sequence is bytes, whatever they are. */
    private void unknown() {
        add("un-that-is-no-sequence", EXPLICIT, ACCEPTED, wire -> wire.element(SEQUENCE, "UN", "NO ITEMS HERE "));
        add(
                "un-of-items-that-lie",
                EXPLICIT,
                ACCEPTED,
                wire -> wire.header(SEQUENCE, "UN", 8).mark(Wire.ITEM, 0xFFFFFFFE));
        add(
                "un-of-undefined-length-in-big-endian",
                HostileCase.Target.BIG_ENDIAN,
                REFUSED,
                wire -> wire.header(SEQUENCE, "UN", Wire.UNDEFINED)
                        .mark(Wire.ITEM, 0)
                        .mark(Wire.END_OF_SEQUENCE, 0));
        add(
                "bytes-that-are-called-a-sequence",
                EXPLICIT,
                REFUSED,
                wire -> wire.header(0x00091001, "SQ", 8).text("ABCDEFGH"));
    }
}
