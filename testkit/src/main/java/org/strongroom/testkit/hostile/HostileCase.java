package org.strongroom.testkit.hostile;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.function.Supplier;

/**
 * One hostile input.
 *
 * @param name of its own, as "sequence/depth-65-undefined-explicit": the class, then what it is
 * @param target which parser it is for
 * @param expected what must become of it
 * @param endless whether the stream never ends, or is longer than anybody could hold
 * @param input the bytes, made anew each time
 */
public record HostileCase(String name, Target target, Outcome expected, boolean endless, Supplier<InputStream> input) {
    /** Which parser. */
    public enum Target {
        FILE,
        IMPLICIT,
        EXPLICIT,
        BIG_ENDIAN,
        DEFLATED,
        DICOMDIR,
        JSON,
        XML,
        /** A whole PDU, header included. */
        PDU,
        /** The sub-items of a user information item. */
        USER_INFORMATION,
        COMMAND_SET
    }

    /** What must become of an input; whichever, it takes less than two seconds and no memory to speak of. */
    public enum Outcome {
        /** A clear, typed error. */
        REFUSED,
        /** Read: it is odd and not wrong, or wrong where this parser doesn't look. */
        ACCEPTED,
        /** The one or the other. */
        EITHER
    }

    static HostileCase of(String name, Target target, Outcome expected, Supplier<byte[]> bytes) {
        return new HostileCase(name, target, expected, false, () -> new ByteArrayInputStream(bytes.get()));
    }

    /** The class: the part of the name before the slash. */
    public String kind() {
        return name.substring(0, name.indexOf('/'));
    }

    @Override
    public String toString() {
        return name;
    }
}
