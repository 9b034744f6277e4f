package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {
    @TempDir
    Path folder = Path.of("");

    private Configuration read(String toml) throws IOException {
        Path file = folder.resolve("strongroom.toml");
        Files.writeString(file, toml);
        return Configuration.read(file);
    }

    @Test
    void an_empty_file_means_loopback_and_the_defaults() throws Exception {
        Configuration configuration = read("");

        assertThat(configuration.address().isLoopbackAddress()).isTrue();
        assertThat(configuration.port()).isEqualTo(2762);
        assertThat(configuration.aet().value()).isEqualTo("STRONGROOM");
        assertThat(configuration.directory().root()).isEqualTo(folder);
        assertThat(configuration.directory().keys()).isEqualTo(folder.resolve("keys"));
    }

    @Test
    void paths_are_relative_to_the_file() throws Exception {
        Configuration configuration = read("directory = \"archive\"\nkeys = \"../elsewhere\"\n");

        assertThat(configuration.directory().root()).isEqualTo(folder.resolve("archive"));
        assertThat(configuration.directory().keys())
                .isEqualTo(folder.resolve("../elsewhere").normalize());
    }

    @ParameterizedTest
    @CsvSource({
        "dicom.adress,dicom.address",
        "dicom.prt,dicom.port",
        "key,keys",
        "dicom.beyond-loopback,dicom.beyond_loopback"
    })
    void an_unknown_key_is_an_error_that_names_the_nearest(String wrong, String nearest) {
        assertThatThrownBy(() -> read(wrong + " = 1\n"))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("unknown key " + wrong)
                .hasMessageContaining(nearest);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dicom.port = 65536",
                "dicom.port = -1",
                "dicom.port = \"2762\"",
                "dicom.aet = \"SEVENTEEN_LETTERS\"",
                "dicom.aet = \"\"",
                "dicom.address = 7",
                "keys = true",
                "dicom.beyond_loopback = 1",
                "dicom = 3",
                "keys = [\"a\"]",
                "directory = \"a\\u0000b\""
            })
    void a_value_of_the_wrong_kind_is_one_line_with_what_is_wanted(String line) {
        assertThatThrownBy(() -> read(line + "\n"))
                .isInstanceOf(Failure.class)
                .message()
                .contains("strongroom.toml")
                .doesNotContain("\n");
    }

    @Test
    void the_largest_port_is_accepted() throws Exception {
        assertThat(read("dicom.port = 65535").port()).isEqualTo(65535);
    }

    @Test
    void a_file_without_end_is_refused() {
        Path zero = Path.of("/dev/zero");
        assumeTrue(Files.exists(zero), "skipped: no /dev/zero");
        assertThatThrownBy(() -> Configuration.read(zero)).hasMessageContaining("this is no configuration");
    }

    @Test
    void a_broken_file_names_its_line() {
        assertThatThrownBy(() -> read("keys = \"a\"\n\ndicom.port = = 3\n"))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("line 3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "10.1.2.3", "192.168.7.1", "::"})
    void an_address_others_can_reach_needs_a_word(String address) {
        assertThatThrownBy(() -> read("[dicom]\naddress = \"" + address + "\"\n"))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("beyond_loopback");
    }

    @Test
    void an_inner_address_is_taken_when_the_operator_says_so() throws Exception {
        Configuration configuration = read("[dicom]\naddress = \"10.1.2.3\"\nbeyond_loopback = true\n");

        assertThat(configuration.address()).isEqualTo(InetAddress.getByName("10.1.2.3"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"8.8.8.8", "2001:4860:4860::8888", "100.128.0.1", "172.32.0.1"})
    void a_public_address_is_refused_even_so(String address) {
        assertThatThrownBy(() -> read("[dicom]\naddress = \"" + address + "\"\nbeyond_loopback = true\n"))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("public");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "10.0.0.1",
                "172.31.255.255",
                "192.168.0.1",
                "100.127.0.1",
                "fd00::1",
                "fe80::1",
                "::1"
            })
    void inner_addresses_are_known(String address) throws Exception {
        assertThat(Configuration.isInner(InetAddress.getByName(address))).isTrue();
    }

    @Test
    void what_init_writes_can_be_read() throws Exception {
        Configuration configuration = read(InitCommand.configuration());

        assertThat(configuration).isEqualTo(read(""));
    }
}
