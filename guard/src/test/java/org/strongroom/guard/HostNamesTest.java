package org.strongroom.guard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostNamesTest {
    @ParameterizedTest
    @ValueSource(strings = {"localhost", "pacs", "pacs.example.org", "a_b.c-d", "1a.2b"})
    void host_names_are_names(String host) {
        assertThat(HostNames.isName(host)).isTrue();
        assertThat(HostNames.isAddress(host)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1", "fe80::1", "192.0.2.255"})
    void addresses_are_addresses(String host) {
        assertThat(HostNames.isAddress(host)).isTrue();
        assertThat(HostNames.isName(host)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a..b", ".", "-a", "a/b", "1.2.3.256", "::g", "ä", "a\n"})
    void the_rest_is_neither(String host) {
        assertThat(HostNames.isName(host)).isFalse();
        assertThat(HostNames.isAddress(host)).isFalse();
    }
}
