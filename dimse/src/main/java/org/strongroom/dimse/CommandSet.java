package org.strongroom.dimse;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;

/**
 * A command set, PS3.7 section 6.3.1 and annex E: group 0000, implicit VR little endian, whatever the context's transfer
 * syntax. A codec of its own, since every message has one and none needs more than these few elements.
 */
final class CommandSet {
    static final int AFFECTED_SOP_CLASS = 0x0002;
    static final int REQUESTED_SOP_CLASS = 0x0003;
    static final int COMMAND_FIELD = 0x0100;
    static final int MESSAGE_ID = 0x0110;
    static final int MESSAGE_ID_RESPONDED_TO = 0x0120;
    static final int MOVE_DESTINATION = 0x0600;
    static final int PRIORITY = 0x0700;
    static final int DATA_SET_TYPE = 0x0800;
    static final int STATUS = 0x0900;
    static final int OFFENDING_ELEMENT = 0x0901;
    static final int ERROR_COMMENT = 0x0902;
    static final int AFFECTED_SOP_INSTANCE = 0x1000;
    static final int REQUESTED_SOP_INSTANCE = 0x1001;
    static final int REMAINING = 0x1020;
    static final int COMPLETED = 0x1021;
    static final int FAILED = 0x1022;
    static final int WARNING = 0x1023;
    static final int MOVE_ORIGINATOR = 0x1030;
    static final int MOVE_ORIGINATOR_MESSAGE_ID = 0x1031;

    /** Value of Command Data Set Type (0000,0800) that says no data set follows. */
    static final int NO_DATA_SET = 0x0101;

    private static final int DATA_SET_FOLLOWS = 0x0001;
    private static final int MOST_ELEMENTS = 64;
    private static final int ELEMENT_HEADER = 8;

    private final byte[] bytes;

    /** Triples: element number, offset of its value, length of its value. */
    private final int[] index;

    private CommandSet(byte[] bytes, int[] index) {
        this.bytes = bytes;
        this.index = index;
    }

    /** @throws PduException when an element overruns the set, stands in another group, or there are too many */
    static CommandSet read(byte[] bytes) {
        int[] index = new int[3 * 16];
        int count = 0;
        int position = 0;
        while (position < bytes.length) {
            if (bytes.length - position < ELEMENT_HEADER) {
                throw PduException.invalid(position, "command set ends within an element");
            }
            int group = u16(bytes, position);
            int element = u16(bytes, position + 2);
            long length = u16(bytes, position + 4) | (long) u16(bytes, position + 6) << 16;
            int value = position + ELEMENT_HEADER;
            if (group != 0) {
                throw PduException.invalid(position, "command set with an element of another group");
            }
            if (length > bytes.length - value) {
                throw PduException.invalid(
                        position,
                        "element " + Tag.of(0, element) + " of " + length + " bytes overruns the command set");
            }
            if (count == MOST_ELEMENTS) {
                throw PduException.invalid(position, "command set of more than " + MOST_ELEMENTS + " elements");
            }
            if (3 * count == index.length) {
                index = Arrays.copyOf(index, index.length * 2);
            }
            index[3 * count] = element;
            index[3 * count + 1] = value;
            index[3 * count + 2] = (int) length;
            count++;
            position = value + (int) length;
        }
        return new CommandSet(bytes, Arrays.copyOf(index, 3 * count));
    }

    /** @throws PduException when the element is absent */
    int required(int element) {
        int value = number(element, -1);
        if (value < 0) {
            throw PduException.invalid(bytes.length, "command set without " + Tag.of(0, element));
        }
        return value;
    }

    /** A US value; {@code otherwise} when absent or not of two bytes. */
    int number(int element, int otherwise) {
        int at = find(element);
        return at < 0 || index[at + 2] != 2 ? otherwise : u16(bytes, index[at + 1]);
    }

    int field() {
        return required(COMMAND_FIELD);
    }

    boolean hasDataSet() {
        return number(DATA_SET_TYPE, NO_DATA_SET) != NO_DATA_SET;
    }

    Optional<Uid> uid(int element) {
        return text(element).flatMap(Uid::parse);
    }

    /** Without padding; characters that are not printable ASCII become question marks. */
    Optional<String> text(int element) {
        int at = find(element);
        if (at < 0) {
            return Optional.empty();
        }
        return Optional.of(new PduCursor(Arrays.copyOfRange(bytes, index[at + 1], index[at + 1] + index[at + 2]), 0)
                .text(index[at + 2], "text"));
    }

    /** The tags of Offending Element (0000,0901). */
    List<Tag> tags(int element) {
        int at = find(element);
        List<Tag> tags = new ArrayList<>();
        for (int i = 0; at >= 0 && i + 4 <= index[at + 2]; i += 4) {
            tags.add(Tag.of(u16(bytes, index[at + 1] + i), u16(bytes, index[at + 1] + i + 2)));
        }
        return tags;
    }

    /** The bytes with their group length. */
    byte[] bytes() {
        return bytes;
    }

    private int find(int element) {
        for (int i = 0; i < index.length; i += 3) {
            if (index[i] == element) {
                return i;
            }
        }
        return -1;
    }

    private static int u16(byte[] bytes, int offset) {
        return (bytes[offset] & 0xFF) | (bytes[offset + 1] & 0xFF) << 8;
    }

    static Builder command(int field) {
        return new Builder(field);
    }

    /** Puts a command set together; elements are written in the order of their tags, whatever the order of the calls. */
    static final class Builder {
        private final TreeMap<Integer, byte[]> elements = new TreeMap<>();

        private Builder(int field) {
            number(COMMAND_FIELD, field).number(DATA_SET_TYPE, NO_DATA_SET);
        }

        Builder withDataSet() {
            return number(DATA_SET_TYPE, DATA_SET_FOLLOWS);
        }

        /** A US value; of what is more the most that two bytes say. */
        Builder count(int element, int value) {
            return number(element, Math.min(value, 0xFFFF));
        }

        Builder number(int element, int value) {
            elements.put(element, new byte[] {(byte) value, (byte) (value >> 8)});
            return this;
        }

        Builder uid(int element, Uid uid) {
            return text(element, uid.value(), (byte) 0);
        }

        Builder text(int element, String value) {
            return text(element, value, (byte) ' ');
        }

        private Builder text(int element, String value, byte padding) {
            byte[] encoded = value.getBytes(StandardCharsets.US_ASCII);
            byte[] even = Arrays.copyOf(encoded, encoded.length + (encoded.length & 1));
            if (even.length > encoded.length) {
                even[encoded.length] = padding;
            }
            elements.put(element, even);
            return this;
        }

        Builder tags(int element, List<Tag> tags) {
            PduBuilder value = new PduBuilder(4 * tags.size());
            tags.forEach(tag -> value.u16LittleEndian(tag.group()).u16LittleEndian(tag.element()));
            elements.put(element, value.toArray());
            return this;
        }

        CommandSet build() {
            int length = 0;
            for (byte[] value : elements.values()) {
                length += ELEMENT_HEADER + value.length;
            }
            PduBuilder to = new PduBuilder(length + ELEMENT_HEADER + 4);
            to.u16(0).u16(0).u32LittleEndian(4).u32LittleEndian(length);
            elements.forEach((element, value) -> to.u16(0)
                    .u16LittleEndian(element)
                    .u32LittleEndian(value.length)
                    .put(value));
            return read(to.toArray());
        }
    }
}
