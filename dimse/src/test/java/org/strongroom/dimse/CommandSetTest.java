package org.strongroom.dimse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;

final class CommandSetTest {
    private static final CommandSet ECHO = CommandSet.command(CommandField.C_ECHO_RQ)
            .number(CommandSet.MESSAGE_ID, 7)
            .uid(CommandSet.AFFECTED_SOP_CLASS, new Uid("1.2.840.10008.1.1"))
            .build();

    @Test
    void writes_a_c_echo_request_as_ps3_7_annex_e_shows_it() {
        assertThat(ECHO.bytes())
                .isEqualTo(PduTest.bytes("0000 0000 04000000 38000000"
                        + "0000 0200 12000000 312E322E3834302E31303030382E312E3100"
                        + "0000 0001 02000000 3000"
                        + "0000 1001 02000000 0700"
                        + "0000 0008 02000000 0101"));
    }

    @Test
    void gives_back_what_was_put_in() {
        CommandSet set = CommandSet.read(CommandSet.command(CommandField.C_MOVE_RQ | CommandField.RESPONSE)
                .withDataSet()
                .number(CommandSet.STATUS, 0xA702)
                .text(CommandSet.ERROR_COMMENT, "odd")
                .tags(CommandSet.OFFENDING_ELEMENT, List.of(new Tag(0x00100020), new Tag(0x00080052)))
                .number(CommandSet.FAILED, 3)
                .build()
                .bytes());
        assertThat(set.field()).isEqualTo(0x8021);
        assertThat(set.hasDataSet()).isTrue();
        assertThat(set.text(CommandSet.ERROR_COMMENT)).contains("odd");
        assertThat(StoreMessages.status(set).offending()).containsExactly(new Tag(0x00100020), new Tag(0x00080052));
        assertThat(StoreMessages.status(set).counts()).contains(new SubOperations(0, 0, 3, 0));
        assertThat(ECHO.uid(CommandSet.AFFECTED_SOP_CLASS)).contains(new Uid("1.2.840.10008.1.1"));
        assertThat(ECHO.hasDataSet()).isFalse();
    }

    @Test
    void refuses_truncation_at_every_byte_but_between_elements() {
        byte[] whole = ECHO.bytes();
        List<Integer> between = List.of(0, 12, 38, 48, 58);
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            if (between.contains(length)) {
                CommandSet.read(part);
            } else {
                assertThatThrownBy(() -> CommandSet.read(part)).isInstanceOf(PduException.class);
            }
        }
    }

    @Test
    void refuses_overlong_values_foreign_groups_and_too_many_elements() {
        byte[] overlong = PduTest.bytes("0000 0001 FFFFFFFF 3000");
        assertThatThrownBy(() -> CommandSet.read(overlong)).hasMessageContaining("(0000,0100)");
        assertThatThrownBy(() -> CommandSet.read(PduTest.bytes("1000 1000 02000000 3000")))
                .isInstanceOf(PduException.class);
        assertThat(CommandSet.read(new byte[8 * 64]).number(CommandSet.STATUS, 5))
                .isEqualTo(5);
        assertThatThrownBy(() -> CommandSet.read(new byte[8 * 65])).isInstanceOf(PduException.class);
        assertThatThrownBy(() -> CommandSet.read(new byte[0]).field()).hasMessageContaining("(0000,0100)");
    }
}
