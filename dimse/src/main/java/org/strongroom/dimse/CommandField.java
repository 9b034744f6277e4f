package org.strongroom.dimse;

/** Values of Command Field (0000,0100), PS3.7 annex E.1. */
final class CommandField {
    static final int C_STORE_RQ = 0x0001;
    static final int C_GET_RQ = 0x0010;
    static final int C_FIND_RQ = 0x0020;
    static final int C_MOVE_RQ = 0x0021;
    static final int C_ECHO_RQ = 0x0030;
    static final int C_CANCEL_RQ = 0x0FFF;
    static final int N_EVENT_REPORT_RQ = 0x0100;
    static final int N_DELETE_RQ = 0x0150;

    /** Set in the field of every response. */
    static final int RESPONSE = 0x8000;

    private CommandField() {}

    static boolean isResponse(int field) {
        return (field & RESPONSE) != 0;
    }
}
