package org.strongroom.dicom;

import java.util.Arrays;

/** Value representations, PS3.5 section 6.2, with what sections 6.2 and 7.1.2 say of their encoding. */
public enum VR {
    AE(Kind.CODE),
    AS(Kind.CODE),
    AT(Kind.NUMBER, 2, false),
    CS(Kind.CODE),
    DA(Kind.CODE),
    DS(Kind.CODE),
    DT(Kind.CODE),
    FD(Kind.NUMBER, 8, false),
    FL(Kind.NUMBER, 4, false),
    IS(Kind.CODE),
    LO(Kind.TEXT),
    LT(Kind.TEXT),
    OB(Kind.BYTES, 1, true),
    OD(Kind.BYTES, 8, true),
    OF(Kind.BYTES, 4, true),
    OL(Kind.BYTES, 4, true),
    OV(Kind.BYTES, 8, true),
    OW(Kind.BYTES, 2, true),
    PN(Kind.TEXT),
    SH(Kind.TEXT),
    SL(Kind.NUMBER, 4, false),
    SQ(Kind.ITEMS, 1, true),
    SS(Kind.NUMBER, 2, false),
    ST(Kind.TEXT),
    SV(Kind.NUMBER, 8, true),
    TM(Kind.CODE),
    UC(Kind.TEXT, 1, true),
    UI(Kind.CODE),
    UL(Kind.NUMBER, 4, false),
    UN(Kind.BYTES, 1, true),
    UR(Kind.CODE, 1, true),
    US(Kind.NUMBER, 2, false),
    UT(Kind.TEXT, 1, true),
    UV(Kind.NUMBER, 8, true);

    /** What the bytes of a value are. */
    enum Kind {
        /** Characters of the default repertoire, whatever Specific Character Set says. */
        CODE,
        /** Characters of the Specific Character Set. */
        TEXT,
        NUMBER,
        BYTES,
        ITEMS
    }

    private static final VR[] ALL = values();
    private static final byte[] BY_LETTERS = byLetters();

    private final Kind kind;
    private final int unit;
    private final boolean longLength;

    VR(Kind kind) {
        this(kind, 1, false);
    }

    VR(Kind kind, int unit, boolean longLength) {
        this.kind = kind;
        this.unit = unit;
        this.longLength = longLength;
    }

    Kind kind() {
        return kind;
    }

    /** Bytes that are swapped together when the byte order changes: 1, 2, 4 or 8 (AT: two words of 2). */
    public int unit() {
        return unit;
    }

    /** Whether explicit VR writes the length in 32 bits after two reserved bytes, PS3.5 section 7.1.2. */
    public boolean longLength() {
        return longLength;
    }

    /** Whether a value is characters. */
    public boolean isText() {
        return kind == Kind.CODE || kind == Kind.TEXT;
    }

    /** Whether Specific Character Set applies to a value. */
    public boolean takesCharacterSet() {
        return kind == Kind.TEXT;
    }

    /** Whether a backslash separates values; in the long texts it is a character like any other, PS3.5 section 6.2. */
    public boolean isMultiple() {
        return switch (this) {
            case LT, ST, UT, UR -> false;
            default -> true;
        };
    }

    /** What makes a value of odd length even, PS3.5 section 6.2. */
    public byte padding() {
        return isText() && this != UI ? (byte) ' ' : 0;
    }

    /** Its number among the VRs: keeps a VR in one byte of an index. */
    @SuppressWarnings("EnumOrdinal")
    int code() {
        return ordinal();
    }

    static VR at(int code) {
        return ALL[code];
    }

    /** The code of the VR that two letters of an explicit VR header name, or -1. */
    static int codeOf(int first, int second) {
        int a = first - 'A';
        int b = second - 'A';
        return a < 0 || a > 25 || b < 0 || b > 25 ? -1 : BY_LETTERS[a * 26 + b];
    }

    private static byte[] byLetters() {
        byte[] table = new byte[26 * 26];
        Arrays.fill(table, (byte) -1);
        for (VR vr : ALL) {
            table[(vr.name().charAt(0) - 'A') * 26 + vr.name().charAt(1) - 'A'] = (byte) vr.code();
        }
        return table;
    }
}
