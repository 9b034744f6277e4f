package org.strongroom.survey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NetworkTest {
    @Test
    void addresses_of_a_block_are_all_of_it_in_order() {
        assertThat(Network.parse("127.0.0.252/30").addresses().map(InetAddress::getHostAddress))
                .containsExactly("127.0.0.252", "127.0.0.253", "127.0.0.254", "127.0.0.255");
        assertThat(Network.parse("::1").addresses()).hasSize(1);
    }

    @Test
    void contains_what_shares_its_prefix_and_nothing_else() {
        Network network = Network.parse("127.0.16.0/20");
        assertThat(network.contains(Network.address("127.0.16.0"))).isTrue();
        assertThat(network.contains(Network.address("127.0.31.255"))).isTrue();
        assertThat(network.contains(Network.address("127.0.32.0"))).isFalse();
        assertThat(network.contains(Network.address("127.0.15.255"))).isFalse();
        assertThat(network.contains(Network.address("::1"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost", "127.1", "127.0.0.1/33", "127.0.0.1/-1", "127.0.0.1/", "127.0.0.1/8", "127.0.0.01",
                "0x7f.0.0.1", "127.0.0.256", "", "::1/129", "::1%lo", "127.0.0.1/032", "2130706433"
            })
    void what_is_not_a_block_of_addresses_is_refused(String text) {
        assertThatThrownBy(() -> Network.parse(text)).isInstanceOf(ScopeRefusedException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.0.0.0/8", "::1", "127.255.255.255/32"})
    void loopback_is_loopback(String text) {
        assertThat(Network.parse(text).isLoopback()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"126.0.0.0/7", "0.0.0.0/0", "10.0.0.0/8", "128.0.0.0", "::/0", "::/127", "::ffff:10.0.0.1"})
    void what_holds_one_other_address_is_not_loopback(String text) {
        assertThat(Network.parse(text).isLoopback()).isFalse();
    }

    @Test
    void ports_are_sorted_and_joined() {
        assertThat(Ports.parse("11113, 104,11112-11112,2762,105"))
                .hasToString("104-105,2762,11112-11113")
                .extracting(Ports::count)
                .isEqualTo(5);
        assertThat(Ports.parse("1,65535").contains(65535)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "65536", "104-", "-104", "105-104", "104,,105", "dicom", "104;105", "1e3"})
    void what_is_no_list_of_ports_is_refused(String text) {
        assertThatThrownBy(() -> Ports.parse(text))
                .isInstanceOf(ScopeRefusedException.class)
                .hasMessageContaining("from 1 to 65535");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"127.0.0.1", "127.0.0.1:0", "localhost:104", "::1:104", "[::1", ":104", "127.0.0.1:104-105"})
    void what_is_no_target_is_refused(String text) {
        assertThatThrownBy(() -> Target.parse(text)).isInstanceOf(ScopeRefusedException.class);
    }

    @Test
    void a_target_is_written_as_it_is_read() {
        assertThat(Target.parse("127.0.0.1:104")).hasToString("127.0.0.1:104");
        assertThat(Target.parse("[::1]:104").port()).isEqualTo(104);
    }
}
