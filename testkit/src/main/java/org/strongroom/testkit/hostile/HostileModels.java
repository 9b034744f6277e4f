package org.strongroom.testkit.hostile;

import static org.strongroom.testkit.hostile.HostileCase.Outcome.ACCEPTED;
import static org.strongroom.testkit.hostile.HostileCase.Outcome.EITHER;
import static org.strongroom.testkit.hostile.HostileCase.Outcome.REFUSED;
import static org.strongroom.testkit.hostile.HostileCase.Target.JSON;
import static org.strongroom.testkit.hostile.HostileCase.Target.XML;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;

/** Classes json and xml: the DICOM JSON Model (PS3.18 annex F) and the Native DICOM Model (PS3.19 annex A). */
final class HostileModels {
    private static final String ROOT = "<NativeDicomModel>";
    private static final String END = "</NativeDicomModel>";

    /** A letter with an accent in UTF-8. */
    private static final String ACCENTED = "\u00c3\u00a9";

    private final List<HostileCase> all;

    private HostileModels(List<HostileCase> all) {
        this.all = all;
    }

    static void addTo(List<HostileCase> all) {
        HostileModels models = new HostileModels(all);
        models.jsonSyntax();
        models.jsonValues();
        models.jsonLimits();
        models.jsonThatCostsMuch();
        models.xmlSyntax();
        models.xmlEntities();
        models.xmlValues();
        models.xmlLimits();
        models.xmlThatCostsMuch();
        models.xmlHeldWhole();
    }

    private void json(String name, HostileCase.Outcome expected, Supplier<String> text) {
        add("json/" + name, JSON, expected, text);
    }

    private void xml(String name, HostileCase.Outcome expected, Supplier<String> text) {
        add("xml/" + name, XML, expected, text);
    }

    private void add(String name, HostileCase.Target target, HostileCase.Outcome expected, Supplier<String> text) {
        all.add(HostileCase.of(name, target, expected, () -> text.get().getBytes(StandardCharsets.ISO_8859_1)));
    }

    private void jsonSyntax() {
        List<String> broken = List.of(
                "",
                " ",
                "null",
                "true",
                "1",
                "\"00100010\"",
                "{",
                "[",
                "[{]",
                "{\"00100010\"",
                "{\"00100010\":}",
                "{\"00100010\":{\"vr\":\"PN\"}",
                "{\"00100010\":{\"vr\":\"PN\"},}",
                "{'00100010':{'vr':'PN'}}",
                "{\"00100010\":{\"vr\":\"LO\",\"Value\":[\"A]}}",
                "{\"00100010\":{\"vr\":\"LO\",\"Value\":[\"\\x\"]}}",
                "{\"00100010\":{\"vr\":\"LO\",\"Value\":[\"\\u12\"]}}",
                "{\"00100010\":{\"vr\":\"US\",\"Value\":[01]}}",
                "{\"00100010\":{\"vr\":\"US\",\"Value\":[NaN]}}",
                "// comment\n{}",
                "\0{}",
                "{\"00100020\":{\"vr\":\"LO\",\"Value\":[\"\u00ff\u00fe\"]}}",
                "{\"00100020\":{\"vr\":\"LO\",\"Value\":[\"\u00c0\u0080\"]}}");
        for (int i = 0; i < broken.size(); i++) {
            String text = broken.get(i);
            json("broken-" + i, REFUSED, () -> text);
        }
        json("nothing-in-it", ACCEPTED, () -> "{}");
        json("bytes-behind", EITHER, () -> "{}x");
    }

    private void jsonValues() {
        for (String tag :
                List.of("", "0010", "ZZZZZZZZ", "001000100", "-0100010", "../../..", "0010,0010", "FFFEE000")) {
            json("tag-" + tag, REFUSED, () -> "{\"" + tag + "\":{\"vr\":\"LO\",\"Value\":[\"A\"]}}");
        }
        for (String vr : List.of("", "ZZ", "lo", "LO ", "PN\\u0000")) {
            json("vr-" + vr, REFUSED, () -> "{\"00100020\":{\"vr\":\"" + vr + "\",\"Value\":[\"A\"]}}");
        }
        for (String value :
                List.of("1e999999999", "65536", "-1", "1.5", "\"x\"", "{}", "[]", "true", "1".repeat(5000))) {
            json(
                    "number-" + value.hashCode(),
                    REFUSED,
                    () -> "{\"00280010\":{\"vr\":\"US\",\"Value\":[" + value + "]}}");
        }
        for (String base64 : List.of("=", "A", "AA=A", "\u00e9", "AAAA====", "AA==AA==")) {
            json(
                    "base64-" + base64.hashCode(),
                    REFUSED,
                    () -> "{\"00091001\":{\"vr\":\"OB\",\"InlineBinary\":\"" + base64 + "\"}}");
        }
        for (String uri : List.of("file:///etc/passwd", "http://127.0.0.1/", "jar:file:x!/", "..", "\\u0000")) {
            json(
                    "bulk-" + uri.hashCode(),
                    EITHER,
                    () -> "{\"7FE00010\":{\"vr\":\"OW\",\"BulkDataURI\":\"" + uri + "\"}}");
        }
        json("value-is-no-array", REFUSED, () -> "{\"00100020\":{\"vr\":\"LO\",\"Value\":\"A\"}}");
        json("items-are-texts", REFUSED, () -> "{\"0040A730\":{\"vr\":\"SQ\",\"Value\":[\"A\"]}}");
        json(
                "value-and-binary",
                EITHER,
                () -> "{\"00091001\":{\"vr\":\"OB\",\"Value\":[1],\"InlineBinary\":\"AA==\"}}");
        json("the-same-tag-twice", EITHER, () -> "{\"00100020\":{\"vr\":\"LO\"},\"00100020\":{\"vr\":\"LO\"}}");
        json("character-set-of-poison", EITHER, () -> "{\"00080005\":{\"vr\":\"CS\",\"Value\":[\"\u00c3\u00a9\"]}}");
    }

    private void jsonLimits() {
        for (int depth : new int[] {64, 65, 1000, 100_000}) {
            json(
                    "depth-" + depth,
                    depth <= 64 ? ACCEPTED : REFUSED,
                    () -> "{\"0040A730\":{\"vr\":\"SQ\",\"Value\":[".repeat(depth) + "{}" + "]}}".repeat(depth));
            json("open-depth-" + depth, REFUSED, () -> "{\"0040A730\":{\"vr\":\"SQ\",\"Value\":[".repeat(depth));
        }
        json("arrays-100000-deep", REFUSED, () -> "[".repeat(100_000));
        json("objects-100000-deep", REFUSED, () -> "{\"a\":".repeat(100_000));
        json("unknown-name-100000-deep", REFUSED, () -> "{\"00100020\":{\"x\":" + "[".repeat(100_000));
        json(
                "1000000-values",
                EITHER,
                () -> "{\"00280010\":{\"vr\":\"US\",\"Value\":[1" + ",1".repeat(999_999) + "]}}");
        json(
                "text-of-4-megabytes",
                EITHER,
                () -> "{\"0040A160\":{\"vr\":\"UT\",\"Value\":[\"" + "A".repeat(4 << 20) + "\"]}}");
        json("name-of-4-megabytes", REFUSED, () -> "{\"" + "0".repeat(4 << 20) + "\":{}}");
    }

    /** A value before its VR, which must not be held once more at each level; texts that all change their character set. */
    private void jsonThatCostsMuch() {
        beforeVrs("text", () -> "{\"0040A160\":{\"Value\":[\"" + "A".repeat(8 << 20) + "\"],\"vr\":\"UT\"}}");
        beforeVrs("bytes", () -> "{\"0040A160\":{\"InlineBinary\":\"" + "AAAA".repeat(2 << 20) + "\",\"vr\":\"UT\"}}");
        beforeVrs(
                "name",
                () -> "{\"00100010\":{\"Value\":[{\"Phonetic\":\"" + "A".repeat(4 << 20) + "\"}],\"vr\":\"PN\"}}");
        beforeVrs("nothing", () -> "{}" + ",null".repeat(400_000));
        json(
                "unknown-members-before-vrs",
                ACCEPTED,
                () -> "{\"0040A730\":{\"x\":[" + "[],".repeat(1_000_000) + "{}],\"Value\":[{}],\"vr\":\"SQ\"}}");
        for (String set : List.of("ISO_IR 100", "ISO_IR 13", "ISO_IR 192", "")) {
            String head = "{\"00080005\":{\"vr\":\"CS\",\"Value\":[\"" + set + "\"]},\"00080080\":"
                    + "{\"vr\":\"LO\",\"Value\":[\"" + ACCENTED + "\"]}";
            json(
                    "recoded-texts-in-" + set,
                    ACCEPTED,
                    () -> head + jsonElements(40_000, "{\"vr\":\"LO\",\"Value\":[\"" + ACCENTED + "\"]}") + "}");
            json("recoded-sequences-in-" + set, ACCEPTED, () -> head + jsonElements(40_000, "{\"vr\":\"SQ\"}") + "}");
            json(
                    "recoded-items-in-" + set,
                    ACCEPTED,
                    () -> head + ",\"0040A730\":{\"vr\":\"SQ\",\"Value\":[{}" + ",{}".repeat(400_000) + "]}}");
            json(
                    "recoded-depth-in-" + set,
                    ACCEPTED,
                    () -> head
                            + ",\"0040A730\":{\"vr\":\"SQ\",\"Value\":[{\"00080080\":{\"vr\":\"LO\",\"Value\":[\"A\"]}"
                                    .repeat(60)
                            + jsonElements(20_000, "{\"vr\":\"LO\",\"Value\":[\"A\"]}")
                            + "}]}".repeat(60)
                            + "}");
        }
        json(
                "too-long-with-escapes",
                EITHER,
                () -> jsonIn("\"\",\"ISO 2022 IR 87\"", "A\u00e4\u00ba\u009c".repeat(10_000)));
        json("too-long-a-term", EITHER, () -> jsonIn("\"\",\"" + "x".repeat(70_000) + "\"", ACCENTED));
        json("too-many-terms", EITHER, () -> jsonIn("\"GBK\"" + ",\"x\"".repeat(250_000), ACCENTED));
        json("too-long-before-it-is-recoded", EITHER, () -> jsonIn("\"ISO_IR 100\"", ACCENTED.repeat(40_000)));
    }

    /** Behind empty ones, in sequences 60 deep that come before their VRs. */
    private void beforeVrs(String name, Supplier<String> inner) {
        json(
                "before-vrs-" + name,
                ACCEPTED,
                () -> "{\"0040A730\":{\"Value\":[null,{},".repeat(60) + inner.get() + "],\"vr\":\"SQ\"}}".repeat(60));
    }

    private static String jsonIn(String terms, String text) {
        return "{\"00080005\":{\"vr\":\"CS\",\"Value\":[" + terms + "]},\"00081030\":{\"vr\":\"LO\",\"Value\":[\""
                + text + "\"]}}";
    }

    private static String jsonElements(int count, String each) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(String.format(",\"%08X\":", 0x00510000 + (i / 0xE000 * 0x20000) + 0x1000 + i % 0xE000))
                    .append(each);
        }
        return text.toString();
    }

    private void xmlThatCostsMuch() {
        String head = "<DicomAttribute tag='00080005' vr='CS'><Value number='1'>ISO_IR 100</Value></DicomAttribute>"
                + "<DicomAttribute tag='00080080' vr='LO'><Value number='1'>" + ACCENTED + "</Value></DicomAttribute>";
        for (String each : List.of("", "<Item number='1'/>")) {
            xml("recoded-sequences-" + each.length(), ACCEPTED, () -> ROOT + head + xmlElements(each) + END);
        }
    }

    /** What the parser below would hold whole, or for good. */
    private void xmlHeldWhole() {
        String much = "x".repeat(64 << 10);
        xmlOfMany("comment", "<!--", much, 1000, "-->" + END);
        xmlOfMany("attribute", "<DicomAttribute tag='", much, 1000, "'/>" + END);
        xmlOfMany("attribute-nobody-knows", "<DicomAttribute x='", much, 1000, "'/>" + END);
        xmlOfMany("name", "<", much, 1000, "/>" + END);
        xmlOfMany("space-in-a-tag", "<DicomAttribute", " ".repeat(64 << 10), 1000, "/>" + END);
        xmlOfMany("namespace", "<DicomAttribute xmlns='", much, 1000, "'/>" + END);
        xml("names-of-attributes", REFUSED, () -> {
            StringBuilder text = new StringBuilder(ROOT);
            for (int i = 0; i < 2_000_000; i++) {
                text.append(i % 100 == 0 ? xmlNumbered(i / 100) : "")
                        .append(" a")
                        .append(i)
                        .append("=''")
                        .append(i % 100 == 99 ? "/>" : "");
            }
            return text + END;
        });
        String text = "<DicomAttribute tag='0040A160' vr='UT'><Value number='1'>";
        String textEnd = "</Value></DicomAttribute>" + END;
        xml("cdata-of-8-megabytes", ACCEPTED, () -> ROOT + text + "<![CDATA[" + "A".repeat(8 << 20) + "]]>" + textEnd);
        xml("space-of-8-megabytes", ACCEPTED, () -> ROOT + " \n".repeat(4 << 20) + END);
        xml("text-of-8-megabytes", ACCEPTED, () -> ROOT + text + "A".repeat(8 << 20) + textEnd);
        xml("text-of-entities", EITHER, () -> ROOT + text + "&amp;".repeat(1_000_000) + textEnd);
        xml("comment-of-half-a-megabyte", ACCEPTED, () -> ROOT + "<!--" + "x".repeat(1 << 19) + "-->" + END);
    }

    /** Of 64 megabytes, which nobody here holds. */
    private void xmlOfMany(String name, String start, String each, int times, String end) {
        all.add(new HostileCase("xml/of-64-megabytes-" + name, XML, REFUSED, false, () -> {
            byte[] piece = each.getBytes(StandardCharsets.ISO_8859_1);
            List<InputStream> parts = new ArrayList<>();
            parts.add(new ByteArrayInputStream((ROOT + start).getBytes(StandardCharsets.ISO_8859_1)));
            for (int i = 0; i < times; i++) {
                parts.add(new ByteArrayInputStream(piece));
            }
            parts.add(new ByteArrayInputStream(end.getBytes(StandardCharsets.ISO_8859_1)));
            return new SequenceInputStream(Collections.enumeration(parts));
        }));
    }

    private static String xmlNumbered(int number) {
        return String.format("<DicomAttribute tag='%08X' vr='SQ'", 0x00511000 + number);
    }

    private static String xmlElements(String content) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            text.append(xmlNumbered(i) + ">").append(content).append("</DicomAttribute>");
        }
        return text.toString();
    }

    private void xmlSyntax() {
        List<String> broken = List.of(
                "",
                "x",
                "<",
                ROOT,
                ROOT + "<DicomAttribute>" + END,
                ROOT + "</DicomAttribute>" + END,
                ROOT + "&nosuch;" + END,
                ROOT + "&#0;" + END,
                ROOT + "&#xFFFF;" + END,
                "<html/>",
                ROOT + END + ROOT + END,
                ROOT + "<DicomAttribute tag='00100020' tag='00100020' vr='LO'/>" + END,
                ROOT + "<DicomAttribute vr='LO'/>" + END,
                "<?xml version='1.0' encoding='nosuch'?>" + ROOT + END,
                ROOT + "<![CDATA[" + END,
                ROOT + "<!--" + END,
                "\0" + ROOT + END);
        for (int i = 0; i < broken.size(); i++) {
            String text = broken.get(i);
            xml("broken-" + i, REFUSED, () -> text);
        }
        xml("nothing-in-it", ACCEPTED, () -> ROOT + END);
    }

    private void xmlEntities() {
        StringBuilder laughs = new StringBuilder("<!DOCTYPE a [<!ENTITY a0 \"ha\">");
        for (int i = 1; i < 30; i++) {
            laughs.append("<!ENTITY a" + i + " \"" + ("&a" + (i - 1) + ";").repeat(10) + "\">");
        }
        xml("a-billion-laughs", REFUSED, () -> laughs + "]>" + ROOT + "&a29;" + END);
        List<String> types = List.of(
                "<!DOCTYPE a>",
                "<!DOCTYPE a SYSTEM \"file:///etc/passwd\">",
                "<!DOCTYPE a PUBLIC \"x\" \"http://127.0.0.1/x\">",
                "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>",
                "<!DOCTYPE a [<!ENTITY % x SYSTEM \"http://127.0.0.1/x\">%x;]>",
                "<!DOCTYPE a [<!ENTITY x \"" + "A".repeat(100_000) + "\">]>");
        for (int i = 0; i < types.size(); i++) {
            String type = types.get(i);
            xml("document-type-" + i, REFUSED, () -> type + ROOT + END);
            xml("document-type-" + i + "-and-its-entity", REFUSED, () -> type + ROOT + "&x;" + END);
        }
    }

    private static String attribute(String tag, String vr, String content) {
        return ROOT + "<DicomAttribute tag=\"" + tag + "\" vr=\"" + vr + "\">" + content + "</DicomAttribute>" + END;
    }

    private void xmlValues() {
        for (String tag : List.of("", "0010", "ZZZZZZZZ", "001000100", "-0100010", "../../..", "FFFEE000")) {
            xml("tag-" + tag, REFUSED, () -> attribute(tag, "LO", "<Value number=\"1\">A</Value>"));
        }
        for (String vr : List.of("", "ZZ", "lo", "LO ")) {
            xml("vr-" + vr, REFUSED, () -> attribute("00100020", vr, "<Value number=\"1\">A</Value>"));
        }
        for (String number : List.of("0", "-1", "x", "2147483648", "99999999999999999999")) {
            xml(
                    "number-" + number,
                    REFUSED,
                    () -> attribute("00100020", "LO", "<Value number=\"" + number + "\">A</Value>"));
            xml("item-" + number, REFUSED, () -> attribute("0040A730", "SQ", "<Item number=\"" + number + "\"/>"));
        }
        xml("number-2000000000", REFUSED, () -> attribute("00100020", "LO", "<Value number=\"2000000000\">A</Value>"));
        xml("item-2000000000", EITHER, () -> attribute("0040A730", "SQ", "<Item number=\"2000000000\"/>"));
        for (String value : List.of("65536", "-1", "1.5", "x", "1".repeat(5000))) {
            xml(
                    "us-" + value.hashCode(),
                    REFUSED,
                    () -> attribute("00280010", "US", "<Value number=\"1\">" + value + "</Value>"));
        }
        for (String base64 : List.of("=", "A", "AA=A", "AA==AA==")) {
            xml(
                    "base64-" + base64.hashCode(),
                    REFUSED,
                    () -> attribute("00091001", "OB", "<InlineBinary>" + base64 + "</InlineBinary>"));
        }
        for (String uri : List.of("file:///etc/passwd", "http://127.0.0.1/", "..")) {
            xml("bulk-" + uri.hashCode(), EITHER, () -> attribute("7FE00010", "OW", "<BulkData uri=\"" + uri + "\"/>"));
        }
    }

    private void xmlLimits() {
        String open = "<DicomAttribute tag=\"0040A730\" vr=\"SQ\"><Item number=\"1\">";
        String close = "</Item></DicomAttribute>";
        for (int depth : new int[] {64, 65, 1000, 50_000}) {
            xml(
                    "depth-" + depth,
                    depth <= 64 ? ACCEPTED : REFUSED,
                    () -> ROOT + open.repeat(depth) + close.repeat(depth) + END);
        }
        xml("unknown-elements-100000-deep", REFUSED, () -> ROOT + "<a>".repeat(100_000));
        xml("20000-attributes", REFUSED, () -> {
            StringBuilder text = new StringBuilder("<NativeDicomModel");
            for (int i = 0; i < 20_000; i++) {
                text.append(" a").append(i).append("=''");
            }
            return text + ">" + END;
        });
        xml(
                "attribute-of-4-megabytes",
                REFUSED,
                () -> ROOT + "<DicomAttribute tag=\"" + "0".repeat(4 << 20) + "\"/>" + END);
        xml(
                "text-of-4-megabytes",
                EITHER,
                () -> attribute("0040A160", "UT", "<Value number=\"1\">" + "A".repeat(4 << 20) + "</Value>"));
    }
}
