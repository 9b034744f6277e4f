package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.strongroom.dicom.VR;

class MomentTest {
    private static boolean contains(VR vr, String wanted, String value) {
        return Moment.of(vr, wanted).orElseThrow().contains(Moment.of(vr, value).orElseThrow());
    }

    @Test
    void days_grow_with_the_date_and_nonsense_is_none() {
        String[] dates = {"00000101", "19991231", "20000101", "20000131", "20000201", "20201231", "99991231"};
        for (int i = 1; i < dates.length; i++) {
            assertThat(Moment.day(dates[i])).isGreaterThan(Moment.day(dates[i - 1]));
        }
        assertThat(Moment.day("00000101")).isPositive();
        assertThat(Moment.day("99991231")).isLessThan(1 << 22);
        assertThat(Moment.day("2001.05.17")).isEqualTo(Moment.day("20010517 "));
        for (String none :
                new String[] {"", "2001", "20011301", "20010001", "20010532", "2001051a", "2001-05-17", "２００１０５１７"}) {
            assertThat(Moment.day(none)).as(none).isZero();
        }
    }

    @Test
    void what_a_time_leaves_unsaid_is_open() {
        assertThat(contains(VR.TM, "10", "105959.999999")).isTrue();
        assertThat(contains(VR.TM, "10", "110000")).isFalse();
        assertThat(contains(VR.TM, "1030", "10:30:59")).isTrue();
        assertThat(contains(VR.TM, "103000", "1030")).isTrue();
        assertThat(contains(VR.TM, "103000.5", "103000.59")).isTrue();
        assertThat(contains(VR.TM, "103000.50", "103000.51")).isFalse();
        assertThat(contains(VR.TM, "103000.123456789", "103000.123456")).isTrue();
        assertThat(contains(VR.TM, "103000.123456", "103000.123456789")).isTrue();
        assertThat(contains(VR.TM, "103000.123456789", "103000.123457")).isFalse();
        for (String none : new String[] {"", "1", "24", "1060", "10306", "103061", "1030.5", "103000.12345x7", "ab"}) {
            assertThat(Moment.of(VR.TM, none)).as(none).isEmpty();
        }
    }

    @Test
    void date_times_know_offsets_and_precision() {
        assertThat(contains(VR.DT, "2020", "20201231235959.999999")).isTrue();
        assertThat(contains(VR.DT, "202002", "20200301")).isFalse();
        assertThat(contains(VR.DT, "20200517103000+0200", "20200517083000+0000"))
                .isTrue();
        assertThat(contains(VR.DT, "20200517083000-0100", "20200517093000+0000"))
                .isTrue();
        for (String none :
                new String[] {"", "202", "20201", "20201301", "20200517+02", "20200517103000.", "2020051710x0"}) {
            assertThat(Moment.of(VR.DT, none)).as(none).matches(it -> it.isEmpty() || none.endsWith("."));
        }
    }
}
