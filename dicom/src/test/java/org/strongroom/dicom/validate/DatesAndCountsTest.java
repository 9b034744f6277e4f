package org.strongroom.dicom.validate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DatesAndCountsTest {
    @Test
    void leap_years_are_known() {
        assertThat(Moments.isDate("20000229")).isTrue();
        assertThat(Moments.isDate("19000229")).isFalse();
        assertThat(Moments.isDate("20240431")).isFalse();
        assertThat(Moments.isDate("00000101")).isFalse();
    }

    @Test
    void multiplicities_are_ranges_and_groups() {
        assertThat(Multiplicity.of("1").allows(1)).isTrue();
        assertThat(Multiplicity.of("1").allows(2)).isFalse();
        assertThat(Multiplicity.of("1-3").allows(3)).isTrue();
        assertThat(Multiplicity.of("1-3").allows(4)).isFalse();
        assertThat(Multiplicity.of("2-2n").allows(4)).isTrue();
        assertThat(Multiplicity.of("2-2n").allows(3)).isFalse();
        assertThat(Multiplicity.of("3-3n").allows(3)).isTrue();
        assertThat(Multiplicity.of("3-3n").allows(2)).isFalse();
        assertThat(Multiplicity.of("2-n").allows(1)).isFalse();
        assertThat(Multiplicity.of("1-n").allows(1_000_000)).isTrue();
    }
}
