package org.strongroom.dicom.model;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Writes XML 1.0: elements by their names, text in UTF-8 with what must be escaped. */
final class XmlOut {
    private final Utf8Out out;
    private final boolean indented;

    XmlOut(Utf8Out out, boolean indented) {
        this.out = out;
        this.indented = indented;
    }

    /** A line of its own where the document is laid out for people. */
    void line(int depth) throws IOException {
        if (indented) {
            out.write('\n');
            for (int i = 0; i < depth; i++) {
                out.write(' ');
                out.write(' ');
            }
        }
    }

    /** Without its end: attributes may follow. */
    void start(String name) throws IOException {
        out.write('<');
        out.ascii(name);
    }

    void startEnd() throws IOException {
        out.write('>');
    }

    void emptyEnd() throws IOException {
        out.write('/');
        out.write('>');
    }

    void end(String name) throws IOException {
        out.write('<');
        out.write('/');
        out.ascii(name);
        out.write('>');
    }

    void attribute(String name, String value) throws IOException {
        startAttribute(name);
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        text(text, 0, text.length);
        out.write('"');
    }

    void attribute(String name, int value) throws IOException {
        startAttribute(name);
        out.decimal(value);
        out.write('"');
    }

    void startAttribute(String name) throws IOException {
        out.write(' ');
        out.ascii(name);
        out.write('=');
        out.write('"');
    }

    /** Text that {@link #fits}. Line ends are references, as parsers turn them into one kind. */
    void text(byte[] text, int from, int to) throws IOException {
        int copied = from;
        for (int at = from; at < to; at++) {
            byte b = text[at];
            if ((b >= 0 && b < 0x20) || b == '<' || b == '>' || b == '&' || b == '"') {
                out.write(text, copied, at - copied);
                reference(b);
                copied = at + 1;
            }
        }
        out.write(text, copied, to - copied);
    }

    private void reference(byte b) throws IOException {
        switch (b) {
            case '<' -> out.ascii("&lt;");
            case '>' -> out.ascii("&gt;");
            case '&' -> out.ascii("&amp;");
            case '"' -> out.ascii("&quot;");
            default -> {
                out.ascii("&#");
                out.decimal(b);
                out.write(';');
            }
        }
    }

    /** Whether XML 1.0 has all of these characters (section 2.2): no control characters but tab and line ends, no U+FFFE, U+FFFF. */
    static boolean fits(byte[] text, int from, int to) {
        for (int at = from; at < to; at++) {
            byte b = text[at];
            boolean control = b >= 0 && b < 0x20 && b != '\t' && b != '\n' && b != '\r';
            boolean none = b == (byte) 0xEF
                    && to - at > 2
                    && text[at + 1] == (byte) 0xBF
                    && (text[at + 2] == (byte) 0xBE || text[at + 2] == (byte) 0xBF);
            if (control || none) {
                return false;
            }
        }
        return true;
    }
}
