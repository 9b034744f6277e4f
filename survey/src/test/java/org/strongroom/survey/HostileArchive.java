package org.strongroom.survey;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * An archive that lets everyone in, answers C-ECHO, and then answers C-FIND as no standard allows. It never reads what is
 * sent meanwhile, C-CANCEL included.
 */
final class HostileArchive {
    private static final int ECHO = 0x0030;
    private static final int FIND = 0x0020;
    private static final int PENDING = 0xFF00;

    /** What follows a C-FIND. */
    interface Answers {
        void send(Line line) throws IOException, InterruptedException;
    }

    /** The connection, at the place where matches are expected. */
    record Line(OutputStream out, int context, int message) {
        /** One whole match, with what a careless archive adds. */
        void match() throws IOException {
            pending();
            byte[] identifier =
                    bytes(element(0x00100010, Neighbours.CANARY + "^NAME "), element(0x0020000D, "2.25.7777777 "));
            out.write(pdata(context, 2, identifier));
        }

        void matches(int count) throws IOException {
            for (int i = 0; i < count; i++) {
                match();
            }
        }

        void pending() throws IOException {
            out.write(pdata(context, 3, command(0x8000 | FIND, message, true, PENDING)));
        }

        /** A piece of an identifier that is not its last. */
        void piece(byte[] bytes) throws IOException {
            out.write(pdata(context, 0, bytes));
        }

        void raw(byte[] bytes) throws IOException {
            out.write(bytes);
        }
    }

    private HostileArchive() {}

    static void serve(Socket socket, Answers answers) throws IOException, InterruptedException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        OutputStream out = socket.getOutputStream();
        out.write(acceptance(pdu(in)));
        while (true) {
            byte[] pdv = pdu(in);
            if (pdv.length < 6 || (pdv[5] & 1) == 0) {
                continue;
            }
            int context = pdv[4];
            int field = number(pdv, 0x0100);
            int message = number(pdv, 0x0110);
            if (field == ECHO) {
                out.write(pdata(context, 3, command(0x8000 | ECHO, message, false, 0)));
            } else if (field == FIND) {
                answers.send(new Line(out, context, message));
                return;
            }
        }
    }

    private static byte[] pdu(DataInputStream in) throws IOException {
        in.readUnsignedShort();
        return in.readNBytes(in.readInt());
    }

    /** An A-ASSOCIATE-AC, PS3.8 section 9.3.3, that accepts every context in implicit VR little endian. */
    private static byte[] acceptance(byte[] request) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(request, 0, 68);
        byte[] name = "1.2.840.10008.3.1.1.1".getBytes(StandardCharsets.US_ASCII);
        body.writeBytes(item(0x10, name));
        ByteBuffer items = ByteBuffer.wrap(request, 68, request.length - 68);
        while (items.remaining() >= 4) {
            int type = items.get();
            items.get();
            byte[] content = new byte[items.getShort() & 0xFFFF];
            items.get(content);
            if (type == 0x20) {
                byte[] syntax = item(0x40, "1.2.840.10008.1.2".getBytes(StandardCharsets.US_ASCII));
                body.writeBytes(item(0x21, bytes(new byte[] {content[0], 0, 0, 0}, syntax)));
            }
        }
        body.writeBytes(item(0x50, item(0x51, new byte[] {0, 0, 64, 0})));
        return framed(2, body.toByteArray());
    }

    private static byte[] item(int type, byte[] content) {
        return ByteBuffer.allocate(4 + content.length)
                .put((byte) type)
                .put((byte) 0)
                .putShort((short) content.length)
                .put(content)
                .array();
    }

    private static byte[] framed(int type, byte[] body) {
        return ByteBuffer.allocate(6 + body.length)
                .putShort((short) (type << 8))
                .putInt(body.length)
                .put(body)
                .array();
    }

    private static byte[] pdata(int context, int flags, byte[] fragment) {
        return framed(
                4,
                ByteBuffer.allocate(6 + fragment.length)
                        .putInt(fragment.length + 2)
                        .put((byte) context)
                        .put((byte) flags)
                        .put(fragment)
                        .array());
    }

    private static byte[] command(int field, int message, boolean dataSet, int status) {
        byte[] elements = bytes(
                element(0x00000002, dataSet ? "1.2.840.10008.5.1.4.1.2.2.1\0" : "1.2.840.10008.1.1\0"),
                element(0x00000100, field),
                element(0x00000120, message),
                element(0x00000800, dataSet ? 0 : 0x0101),
                element(0x00000900, status));
        return bytes(little(12).putInt(0).putInt(4).putInt(elements.length).array(), elements);
    }

    private static byte[] element(int tag, String value) {
        return element(tag, value.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] element(int tag, int value) {
        return element(tag, little(2).putShort((short) value).array());
    }

    private static byte[] element(int tag, byte[] value) {
        return little(8 + value.length)
                .putShort((short) (tag >>> 16))
                .putShort((short) tag)
                .putInt(value.length)
                .put(value)
                .array();
    }

    /** A US in the command set of a P-DATA-TF body, or -1. */
    private static int number(byte[] pdv, int element) {
        ByteBuffer command = ByteBuffer.wrap(pdv, 6, pdv.length - 6).order(ByteOrder.LITTLE_ENDIAN);
        while (command.remaining() >= 8) {
            int tag = command.getShort() << 16 | command.getShort();
            int length = command.getInt();
            if (tag == element) {
                return command.getShort() & 0xFFFF;
            }
            command.position(command.position() + length);
        }
        return -1;
    }

    private static ByteBuffer little(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] bytes(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
