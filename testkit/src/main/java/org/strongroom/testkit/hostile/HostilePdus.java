package org.strongroom.testkit.hostile;

import static org.strongroom.testkit.hostile.HostileCase.Outcome.ACCEPTED;
import static org.strongroom.testkit.hostile.HostileCase.Outcome.REFUSED;
import static org.strongroom.testkit.hostile.HostileCase.Target.COMMAND_SET;
import static org.strongroom.testkit.hostile.HostileCase.Target.PDU;
import static org.strongroom.testkit.hostile.HostileCase.Target.USER_INFORMATION;

import java.util.Arrays;
import java.util.List;

/** Classes pdu, user-information and command-set: PS3.8 section 9.3, annex D, and PS3.7 annexes D and E. */
final class HostilePdus {
    private static final String CONTEXT_NAME = "1.2.840.10008.3.1.1.1";
    private static final String VERIFICATION = "1.2.840.10008.1.1";
    private static final String IMPLICIT = "1.2.840.10008.1.2";

    private final List<HostileCase> all;

    private HostilePdus(List<HostileCase> all) {
        this.all = all;
    }

    static void addTo(List<HostileCase> all) {
        HostilePdus pdus = new HostilePdus(all);
        pdus.lengths();
        pdus.requests();
        pdus.contexts();
        pdus.truncations();
        pdus.data();
        pdus.userInformation();
        pdus.commandSets();
    }

    private void add(HostileCase.Target target, String name, HostileCase.Outcome expected, byte[] bytes) {
        all.add(HostileCase.of(name, target, expected, () -> bytes));
    }

    private static byte[] pdu(int type, byte[] field) {
        return Wire.big()
                .number(1, type)
                .number(1, 0)
                .number(4, field.length)
                .raw(field)
                .done();
    }

    private static Wire item(Wire wire, int type, byte[] content) {
        return wire.number(1, type).number(1, 0).number(2, content.length).raw(content);
    }

    private static byte[] item(int type, byte[] content) {
        return item(Wire.big(), type, content).done();
    }

    private static byte[] item(int type, String content) {
        return item(type, Wire.big().text(content).done());
    }

    private static byte[] context(int id) {
        return item(
                0x20,
                Wire.big()
                        .number(4, (long) id << 24)
                        .raw(item(0x30, VERIFICATION))
                        .raw(item(0x40, IMPLICIT))
                        .done());
    }

    private static byte[] user() {
        return item(
                0x50,
                Wire.big()
                        .raw(item(0x51, Wire.big().number(4, 16384).done()))
                        .raw(item(0x52, "1.2.3"))
                        .raw(item(0x55, "HOSTILE"))
                        .done());
    }

    private static byte[] request(byte[]... items) {
        Wire wire = Wire.big()
                .number(2, 1)
                .number(2, 0)
                .text("CALLED          ")
                .text("CALLING         ")
                .raw(new byte[32]);
        for (byte[] item : items) {
            wire.raw(item);
        }
        return pdu(1, wire.done());
    }

    private static byte[] request() {
        return request(item(0x10, CONTEXT_NAME), context(1), user());
    }

    private void lengths() {
        for (int type : new int[] {3, 5, 6, 7}) {
            for (int length : new int[] {0, 1, 3, 5, 100}) {
                add(PDU, "pdu/type-" + type + "-of-" + length + "-bytes", REFUSED, pdu(type, new byte[length]));
            }
            add(PDU, "pdu/type-" + type + "-of-ff", ACCEPTED, pdu(type, new byte[] {-1, -1, -1, -1}));
        }
        for (int type : new int[] {0, 8, 9, 0x16, 0x47, 0x7F, 0x80, 0xFF}) {
            add(PDU, "pdu/unknown-type-" + type, REFUSED, pdu(type, new byte[4]));
        }
        for (int type : new int[] {1, 2}) {
            for (int length : new int[] {0, 1, 4, 35, 67}) {
                add(PDU, "pdu/type-" + type + "-of-" + length + "-bytes", REFUSED, pdu(type, new byte[length]));
            }
            add(PDU, "pdu/type-" + type + "-of-zeros", ACCEPTED, pdu(type, new byte[68]));
        }
    }

    private void requests() {
        byte[] name = item(0x10, CONTEXT_NAME);
        add(PDU, "pdu/request-of-its-fields-alone", ACCEPTED, request(new byte[0]));
        add(PDU, "pdu/request-without-contexts", ACCEPTED, request(name, user()));
        add(PDU, "pdu/request-without-user-information", ACCEPTED, request(name, context(1)));
        add(PDU, "pdu/request-with-two-user-informations", ACCEPTED, request(name, context(1), user(), user()));
        add(PDU, "pdu/request-with-unknown-items", ACCEPTED, request(name, item(0x7F, "ABC"), item(0, ""), user()));
        byte[] items = new byte[4 * 15_000];
        Arrays.fill(items, (byte) 0);
        add(PDU, "pdu/request-of-15000-empty-items", ACCEPTED, request(items));
        add(PDU, "pdu/request-of-an-item-header", REFUSED, request(new byte[3]));
        for (int length : new int[] {1, 100, 0xFFFF}) {
            byte[] lying =
                    Wire.big().number(1, 0x10).number(1, 0).number(2, length).done();
            add(PDU, "pdu/request-item-of-" + length + "-bytes", REFUSED, request(lying));
        }
        String titles = "\u001b[2J\r\n\0\u00ff<script>..";
        byte[] odd = request();
        System.arraycopy(Wire.big().text(titles).done(), 0, odd, 10, 16);
        add(PDU, "pdu/request-titles-of-control-characters", ACCEPTED, odd);
        byte[] version = request();
        version[6] = (byte) 0xFF;
        add(PDU, "pdu/request-of-another-version", ACCEPTED, version);
        for (String uid : List.of("", "ABC", "1..2", "1".repeat(65), "../..")) {
            add(
                    PDU,
                    "pdu/application-context-" + uid.length() + uid.hashCode(),
                    ACCEPTED,
                    request(item(0x10, uid), context(1), user()));
        }
    }

    private void contexts() {
        byte[] name = item(0x10, CONTEXT_NAME);
        Wire many = Wire.big();
        for (int id = 1; id < 256; id += 2) {
            many.raw(context(id));
        }
        add(PDU, "pdu/128-contexts", ACCEPTED, request(name, many.done(), user()));
        add(PDU, "pdu/129-contexts", REFUSED, request(name, many.done(), context(1), user()));
        add(PDU, "pdu/even-context", REFUSED, request(name, context(2), user()));
        add(PDU, "pdu/context-0", REFUSED, request(name, context(0), user()));
        add(PDU, "pdu/the-same-context-twice", REFUSED, request(name, context(1), context(1), user()));
        add(PDU, "pdu/context-of-3-bytes", REFUSED, request(name, item(0x20, new byte[] {1, 0, 0}), user()));
        add(
                PDU,
                "pdu/context-without-abstract-syntax",
                REFUSED,
                request(
                        name,
                        item(
                                0x20,
                                Wire.big()
                                        .number(4, 1 << 24)
                                        .raw(item(0x40, IMPLICIT))
                                        .done()),
                        user()));
        add(
                PDU,
                "pdu/context-without-transfer-syntax",
                ACCEPTED,
                request(
                        name,
                        item(
                                0x20,
                                Wire.big()
                                        .number(4, 1 << 24)
                                        .raw(item(0x30, VERIFICATION))
                                        .done()),
                        user()));
        for (String uid : List.of("", "ABC", "1..2", "1".repeat(65), "1.2.3;x", "..", "1.2\0.3")) {
            byte[] context = item(
                    0x20, Wire.big().number(4, 1 << 24).raw(item(0x30, uid)).done());
            add(PDU, "pdu/abstract-syntax-" + uid.length() + uid.hashCode(), REFUSED, request(name, context, user()));
        }
        Wire syntaxes = Wire.big().number(4, 1 << 24).raw(item(0x30, VERIFICATION));
        for (int i = 0; i < 2500; i++) {
            syntaxes.raw(item(0x40, IMPLICIT));
        }
        add(PDU, "pdu/context-of-2500-transfer-syntaxes", ACCEPTED, request(name, item(0x20, syntaxes.done()), user()));
    }

    /** A request cut off at each byte, its length said anew: readable only between two items. */
    private void truncations() {
        byte[] whole = request();
        int fields = 6 + 68;
        int first = fields + 4 + CONTEXT_NAME.length();
        List<Integer> between = List.of(fields, first, first + context(1).length);
        for (int length = 6; length < whole.length; length++) {
            HostileCase.Outcome expected = between.contains(length) ? ACCEPTED : REFUSED;
            byte[] cut = pdu(1, Arrays.copyOfRange(whole, 6, length));
            add(PDU, "pdu/request-cut-off-at-" + length, expected, cut);
        }
    }

    private void data() {
        add(PDU, "pdu/data-of-nothing", REFUSED, pdu(4, new byte[0]));
        for (long length : new long[] {0, 1, 8, 0x7FFFFFFFL, 0x80000000L, 0xFFFFFFFFL}) {
            byte[] field =
                    Wire.big().number(4, length).number(2, 0x0103).number(4, 0).done();
            add(PDU, "pdu/data-value-of-" + length + "-bytes", REFUSED, pdu(4, field));
        }
        byte[] empty = Wire.big().number(4, 2).number(2, 0x0103).done();
        add(PDU, "pdu/data-value-that-is-empty", ACCEPTED, pdu(4, empty));
        Wire many = Wire.big();
        for (int i = 0; i < 10_000; i++) {
            many.raw(empty);
        }
        add(PDU, "pdu/data-of-10000-empty-values", ACCEPTED, pdu(4, many.done()));
        byte[] control = Wire.big().number(4, 2).number(2, 0x01FF).done();
        add(PDU, "pdu/data-with-reserved-control-bits", ACCEPTED, pdu(4, control));
        for (int rest = 1; rest < 6; rest++) {
            byte[] field = Wire.big().raw(empty).raw(new byte[rest]).done();
            add(PDU, "pdu/data-with-" + rest + "-bytes-behind", REFUSED, pdu(4, field));
        }
    }

    private void user(String name, HostileCase.Outcome expected, byte[] bytes) {
        add(USER_INFORMATION, "user-information/" + name, expected, bytes);
    }

    private void userInformation() {
        int[] least = {4, 0, 4, 4, 0, 2, 4, 6, 2};
        for (int type = 0x51; type <= 0x59; type++) {
            int needed = least[type - 0x51];
            for (int length : new int[] {0, 1, 2, 3, 5}) {
                boolean short_ = length < needed;
                HostileCase.Outcome expected = type == 0x52 || type == 0x55 ? ACCEPTED : HostileCase.Outcome.EITHER;
                user(
                        "type-" + Integer.toHexString(type) + "-of-" + length + "-bytes",
                        short_ ? REFUSED : expected,
                        item(type, new byte[length]));
            }
            byte[] lying =
                    Wire.big().number(1, type).number(1, 0).number(2, 0xFFFF).done();
            user("type-" + Integer.toHexString(type) + "-of-65535-bytes", REFUSED, lying);
            // Where the item has a length of its own, that lies.
            if (type != 0x51 && type != 0x52 && type != 0x53 && type != 0x55) {
                int before = type == 0x58 ? 2 : 0;
                byte[] inner = Wire.big()
                        .raw(new byte[before])
                        .number(2, 0xFFFF)
                        .text("1.2.3")
                        .done();
                user("type-" + Integer.toHexString(type) + "-that-lies", REFUSED, item(type, inner));
            }
        }
        user("nothing", ACCEPTED, new byte[0]);
        user(
                "unknown-types",
                ACCEPTED,
                Wire.big().raw(item(0x5A, "AB")).raw(item(0xFF, "")).done());
        user("version-of-10000-letters", ACCEPTED, item(0x55, "A".repeat(10_000)));
        user("version-of-control-characters", ACCEPTED, item(0x55, "\u001b[2J\r\n\0"));
        Wire roles = Wire.big();
        for (int i = 0; i < 4000; i++) {
            roles.raw(item(
                    0x54,
                    Wire.big().number(2, 5).text("1.2.3").number(2, 0x0101).done()));
        }
        user("4000-roles", ACCEPTED, roles.done());
        for (int type : new int[] {0, 1, 2, 3, 4, 5, 6, 255}) {
            byte[] identity = Wire.big()
                    .number(1, type)
                    .number(1, 1)
                    .number(2, 0)
                    .number(2, 0)
                    .done();
            user("identity-of-type-" + type, ACCEPTED, item(0x58, identity));
        }
        byte[] whole = Arrays.copyOfRange(user(), 4, user().length);
        List<Integer> between = List.of(0, 8, 17);
        for (int length = 1; length < whole.length; length++) {
            user("cut-off-at-" + length, between.contains(length) ? ACCEPTED : REFUSED, Arrays.copyOf(whole, length));
        }
    }

    private void command(String name, HostileCase.Outcome expected, byte[] bytes) {
        add(COMMAND_SET, "command-set/" + name, expected, bytes);
    }

    private void commandSets() {
        Wire echo = Wire.implicit()
                .element(0x00000002, "", VERIFICATION + "\0")
                .element(0x00000100, "", (byte) 0x30, (byte) 0)
                .element(0x00000110, "", (byte) 1, (byte) 0)
                .element(0x00000800, "", (byte) 1, (byte) 1);
        byte[] whole = echo.done();
        List<Integer> between = List.of(26, 36, 46);
        for (int length = 1; length < whole.length; length++) {
            command(
                    "cut-off-at-" + length,
                    between.contains(length) ? ACCEPTED : REFUSED,
                    Arrays.copyOf(whole, length));
        }
        command("nothing", ACCEPTED, new byte[0]);
        for (int length : new int[] {0xFFFFFFFF, 0x80000000, 0x7FFFFFFF, 3}) {
            command(
                    "value-of-" + Integer.toUnsignedString(length) + "-bytes",
                    REFUSED,
                    Wire.implicit()
                            .header(0x00000100, "", length)
                            .number(2, 0x30)
                            .done());
        }
        command(
                "another-group",
                REFUSED,
                Wire.implicit().raw(whole).element(0x00080060, "", "OT").done());
        command(
                "explicit",
                REFUSED,
                Wire.explicit().element(0x00000100, "US", (byte) 0x30, (byte) 0).done());
        command(
                "big-endian",
                REFUSED,
                Wire.big().tag(0x00000100).number(4, 2).number(2, 0x30).done());
        for (int count : new int[] {64, 65, 8000}) {
            Wire wire = Wire.implicit();
            for (int i = 0; i < count; i++) {
                wire.element(0x00000110, "", (byte) 1, (byte) 0);
            }
            command("of-" + count + "-elements", count > 64 ? REFUSED : ACCEPTED, wire.done());
        }
        command(
                "text-of-50000-letters",
                ACCEPTED,
                Wire.implicit().element(0x00000902, "", "A".repeat(50_000)).done());
        command(
                "status-of-4-bytes",
                ACCEPTED,
                Wire.implicit().element(0x00000900, "", new byte[4]).done());
    }
}
