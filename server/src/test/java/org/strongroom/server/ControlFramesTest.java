package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlFramesTest {
    private static byte[] written(ControlFrames.Request request) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ControlFrames.writeRequest(new DataOutputStream(bytes), request);
        return bytes.toByteArray();
    }

    private static ControlFrames.Request read(byte[] bytes) throws IOException {
        return ControlFrames.readRequest(new DataInputStream(new ByteArrayInputStream(bytes)));
    }

    @Test
    void a_request_arrives_as_it_was_sent() throws Exception {
        ControlFrames.Request request =
                new ControlFrames.Request("/somewhere/grün", true, List.of("import", "", "a b", "日本"));

        assertThat(read(written(request))).isEqualTo(request);
    }

    @Test
    void the_most_arguments_are_taken_and_one_more_is_refused() throws Exception {
        List<String> most = Collections.nCopies(1024, "a");
        assertThat(read(written(new ControlFrames.Request("/", false, most))).arguments())
                .hasSize(1024);

        assertThatThrownBy(() -> written(new ControlFrames.Request("/", false, Collections.nCopies(1025, "a"))))
                .isInstanceOf(Failure.class);
    }

    @Test
    void lengths_that_were_not_written_by_us_are_refused_before_anything_is_allocated() throws Exception {
        byte[] hostile = written(new ControlFrames.Request("/", false, List.of()));
        hostile[4] = 0x7F;

        assertThatThrownBy(() -> read(hostile)).isInstanceOf(IOException.class).hasMessageContaining("too long");
        assertThatThrownBy(() -> read(new byte[] {1, 2, 3, 4, 5})).isInstanceOf(IOException.class);
    }

    @Test
    void a_request_of_more_than_a_mebibyte_is_refused() throws Exception {
        byte[] large = written(new ControlFrames.Request("/", false, Collections.nCopies(40, "x".repeat(30_000))));

        assertThatThrownBy(() -> read(large)).isInstanceOf(IOException.class).hasMessageContaining("too long");
    }

    @Test
    void a_path_longer_than_a_socket_address_is_reached_too(@TempDir Path temp) throws Exception {
        Path deep = temp.resolve("d".repeat(60)).resolve("e".repeat(60));
        Files.createDirectories(deep);
        Path control = deep.resolve("control");

        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            ControlFrames.withAddress(control, server::bind);
            try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                assertThat(ControlFrames.withAddress(control, client::connect)).isTrue();
            }
        }
        assertThat(control).exists();
    }
}
