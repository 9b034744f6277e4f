package org.strongroom.testkit.hostile;

import static org.strongroom.testkit.hostile.HostileCase.Outcome.ACCEPTED;
import static org.strongroom.testkit.hostile.HostileCase.Target.DICOMDIR;
import static org.strongroom.testkit.hostile.HostileCase.Target.EXPLICIT;
import static org.strongroom.testkit.hostile.HostileCase.Target.FILE;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Classes uid, text, charset and dicomdir: values that are poison to whoever believes them. A data set is read whatever its
 * values are, since its bytes are kept; what a value says is empty where it is no UID, and U+FFFD where bytes are no
 * characters.
 */
final class HostileTexts {
    private static final List<String> UIDS = List.of(
            "../../../../etc/passwd",
            "..\\..\\windows\\system32",
            "/etc/shadow",
            "1.2/../../3",
            "1.2.3;rm -rf /",
            "1.2.3\0/../x",
            "1..2",
            ".1.2",
            "1.2.",
            "1.02.3",
            "1".repeat(65),
            "1".repeat(10_000),
            "1.2.3\r\nSet-Cookie: a=b",
            "1.2.3%2e%2e",
            "1.2.3' OR '1'='1",
            "1.2.3 1.2.4",
            "-1.2",
            "1.2.x",
            "\u0661.\u0662",
            "");

    private static final List<String> TEXTS = List.of(
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "\"><svg/onload=alert(1)>",
            "'; DROP TABLE study; --",
            "' OR '1'='1",
            "$" + "{jndi:ldap://127.0.0.1/a}",
            "%s%s%s%n%n%n",
            "{{7*7}}",
            "=cmd|' /C calc'!A0",
            "A\r\nSet-Cookie: a=b",
            "\u001b[2J\u001b]0;owned\u0007",
            "\u001b[31mred",
            "A\0B\0C",
            "^^^^====^^^^",
            "=".repeat(1000),
            "^".repeat(1000),
            "\\".repeat(1000),
            " ".repeat(10_000),
            "A".repeat(60_000),
            "%00%0a%0d",
            "&lt;!ENTITY x SYSTEM \"file:///etc/passwd\"&gt;",
            "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
            "\u00ff\u00fe\u00fd",
            "\u00ef\u00bb\u00bfBOM ",
            "\u00e2\u0080\u00aeevil");

    private static final List<String> TERMS = List.of(
            "ISO_IR 100",
            "ISO_IR 13",
            "ISO_IR 166",
            "ISO_IR 192",
            "GB18030",
            "GBK",
            "\\ISO 2022 IR 87",
            "ISO 2022 IR 13\\ISO 2022 IR 87\\ISO 2022 IR 159",
            "\\ISO 2022 IR 149",
            "\\ISO 2022 IR 58",
            "ISO_IR 999",
            "UTF-8",
            "\\\\\\\\",
            "../../ISO_IR 100",
            "ISO 2022 IR 87".concat("\\ISO 2022 IR 87".repeat(500)));

    private static final List<String> BYTES = List.of(
            "\u001b",
            "\u001b$",
            "\u001b$B",
            "\u001b$B;",
            "\u001b$B;3ED\u001b(J^\u001b$)C\u00b1\u00e8",
            "\u001b".repeat(1000),
            "\u001b$B\u001b(B".repeat(1000),
            "\u00c0\u0080\u00e0\u0080\u0080\u00f0\u0080\u0080\u0080",
            "\u00ed\u00a0\u0080\u00ed\u00bf\u00bf",
            "\u00f4\u0090\u0080\u0080\u00f8\u0088\u0080\u0080\u0080",
            "\u00810\u0081",
            "\u0081\\\u0081^\u0081=",
            "\u00ff\u00fe\u0000\u0000",
            "\u0080\u0081\u009f\u00a0");

    private final List<HostileCase> all;

    private HostileTexts(List<HostileCase> all) {
        this.all = all;
    }

    static void addTo(List<HostileCase> all) {
        HostileTexts texts = new HostileTexts(all);
        texts.uids();
        texts.texts();
        texts.characterSets();
        texts.manyTerms();
        texts.directories();
    }

    private static String padded(String text) {
        return text.length() % 2 == 0 ? text : text + "\0";
    }

    private void uids() {
        for (int i = 0; i < UIDS.size(); i++) {
            String uid = padded(UIDS.get(i));
            byte[] body = Wire.explicit()
                    .element(0x00080016, "UI", uid)
                    .element(0x00080018, "UI", uid)
                    .element(0x0020000D, "UI", uid)
                    .element(0x0020000E, "UI", uid)
                    .done();
            all.add(HostileCase.of(
                    "uid/" + i, FILE, ACCEPTED, () -> HostileFiles.file(HostileFiles.EXPLICIT_UID, body)));
        }
    }

    private void texts() {
        for (int i = 0; i < TEXTS.size(); i++) {
            String text = padded(TEXTS.get(i)).replace('\0', i == 12 ? '\0' : ' ');
            all.add(HostileCase.of(
                    "text/" + i,
                    EXPLICIT,
                    ACCEPTED,
                    () -> Wire.explicit()
                            .element(0x00080050, "SH", text)
                            .element(0x00080080, "LO", text)
                            .element(0x00100010, "PN", text)
                            .element(0x00100020, "LO", text)
                            .element(0x00100030, "DA", text)
                            .element(0x00101010, "AS", text)
                            .element(0x00104000, "LT", text)
                            .element(0x0040A120, "DT", text)
                            .element(0x0040A160, "UT", text)
                            .done()));
        }
    }

    private void characterSets() {
        for (int i = 0; i < TERMS.size(); i++) {
            for (int j = 0; j < BYTES.size(); j++) {
                String terms = TERMS.get(i).length() % 2 == 0 ? TERMS.get(i) : TERMS.get(i) + " ";
                String bytes = padded(BYTES.get(j));
                all.add(HostileCase.of(
                        "charset/" + i + "-" + j,
                        EXPLICIT,
                        ACCEPTED,
                        () -> Wire.explicit()
                                .element(0x00080005, "CS", terms)
                                .element(0x00100010, "PN", bytes)
                                .element(0x00104000, "LT", bytes)
                                .element(0x0040A160, "UT", bytes)
                                .done()));
            }
        }
    }

    /** Very many terms, or one very long one, in the data set and in its items, which name the same set each. */
    private void manyTerms() {
        List<String> terms = List.of(
                "GBK" + "\\x".repeat(500_000),
                "\\GBK".repeat(250_000),
                "\\ISO 2022 IR 87".repeat(60_000),
                "ISO" + "_".repeat(1 << 20) + "IR 100");
        for (int i = 0; i < terms.size(); i++) {
            String values = padded(terms.get(i));
            all.add(HostileCase.of("charset/many-terms-" + i, EXPLICIT, ACCEPTED, () -> {
                Wire item = Wire.explicit().element(0x00080080, "LO", "\u00c3\u00a9");
                Wire sequence = Wire.explicit();
                for (int n = 0; n < 20_000; n++) {
                    sequence.mark(Wire.ITEM, item.length()).raw(item.done());
                }
                return Wire.explicit()
                        .element(0x00080005, "UT", values)
                        .element(0x00080080, "LO", "\u00c3\u00a9")
                        .header(0x0040A730, "SQ", sequence.length())
                        .raw(sequence.done())
                        .done();
            }));
        }
    }

    /** File IDs and offsets of a DICOMDIR that lead outside, nowhere, or round in circles. */
    private void directories() {
        List<String> ids = List.of(
                "..\\..\\..\\ETC\\PASSWD",
                "\\ETC\\PASSWD",
                "/ETC/PASSWD ",
                "C:\\WINDOWS ",
                "A\\B\\C\\D\\E\\F\\G\\H\\I ",
                "LOWERCASE\\a",
                "TOOLONGACOMPONENT ",
                "A\0\\B ",
                "DICOMDIR",
                "\\\\SERVER\\SHARE ",
                "CON\\NUL\\AUX ",
                "");
        for (int i = 0; i < ids.size(); i++) {
            String id = ids.get(i);
            directory("file-id-" + i, new long[] {-1, 0, 0}, id);
        }
        long[][] offsets = {
            {0, 0, 0}, {-1, -1, 0}, {-1, 0, -1}, {0xFFFFFFFFL, 0xFFFFFFFFL, 0xFFFFFFFFL}, {1, 2, 3}, {-2, 0, 0}
        };
        for (int i = 0; i < offsets.length; i++) {
            directory("offsets-" + i, offsets[i], "IMAGES\\A");
        }
    }

    /** One record; the offset -1 stands for its own place. */
    private void directory(String name, long[] offsets, String id) {
        byte[] start = HostileFiles.file(HostileFiles.EXPLICIT_UID, new byte[0]);
        int record = start.length + 2 * 12 + 10 + 12;
        Wire item = Wire.explicit()
                .header(0x00041400, "UL", 4)
                .number(4, offsets[1] == -1 ? record : offsets[1])
                .element(0x00041410, "US", (byte) 0xFF, (byte) 0xFF)
                .header(0x00041420, "UL", 4)
                .number(4, offsets[2] == -1 ? record : offsets[2])
                .element(0x00041430, "CS", "IMAGE ")
                .element(0x00041500, "CS", id.getBytes(StandardCharsets.ISO_8859_1).length % 2 == 0 ? id : id + " ");
        byte[] directory = Wire.explicit()
                .raw(start)
                .header(0x00041200, "UL", 4)
                .number(4, offsets[0] == -1 ? record : offsets[0])
                .header(0x00041202, "UL", 4)
                .number(4, offsets[0] == -1 ? record : offsets[0])
                .element(0x00041212, "US", (byte) 0, (byte) 0)
                .header(0x00041220, "SQ", item.length() + 8)
                .mark(Wire.ITEM, item.length())
                .raw(item.done())
                .done();
        all.add(HostileCase.of("dicomdir/" + name, DICOMDIR, ACCEPTED, () -> directory));
    }
}
