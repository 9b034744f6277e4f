package org.strongroom.dimse;

/** Fuzz target: a command set. */
public final class CommandSetTarget {
    private CommandSetTarget() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        CommandSet set;
        try {
            set = CommandSet.read(bytes);
        } catch (PduException e) {
            if (e.offset() < 0 || e.offset() > bytes.length) {
                throw new AssertionError("the error lies within the command set", e);
            }
            return;
        }
        for (int element = 0; element < 0x40; element++) {
            set.number(element, 0);
        }
        set.text(CommandSet.ERROR_COMMENT);
        set.uid(CommandSet.AFFECTED_SOP_CLASS);
        set.uid(CommandSet.REQUESTED_SOP_INSTANCE);
        set.tags(CommandSet.OFFENDING_ELEMENT);
        if (set.number(CommandSet.STATUS, -1) >= 0) {
            StoreMessages.status(set);
        }
        set.hasDataSet();
    }
}
