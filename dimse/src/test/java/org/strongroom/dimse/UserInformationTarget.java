package org.strongroom.dimse;

import java.util.Arrays;

/** Fuzz target: the sub-items of a user information item. */
public final class UserInformationTarget {
    private static final int ITEM_HEADER = 4;

    private UserInformationTarget() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        UserInformation information;
        try {
            information = UserInformationItem.read(new PduCursor(bytes, 0));
        } catch (PduException e) {
            if (e.offset() < 0 || e.offset() > bytes.length) {
                throw new AssertionError("the error lies within the item", e);
            }
            return;
        }
        byte[] encoded = encoded(information);
        UserInformation again = UserInformationItem.read(new PduCursor(encoded, 0));
        if (!again.equals(information) || !Arrays.equals(encoded(again), encoded)) {
            throw new AssertionError("what is decoded and encoded is decoded the same");
        }
    }

    private static byte[] encoded(UserInformation information) {
        PduBuilder to = new PduBuilder(64);
        UserInformationItem.write(information, to);
        byte[] item = to.toArray();
        return Arrays.copyOfRange(item, ITEM_HEADER, item.length);
    }
}
