package org.strongroom.archive.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.strongroom.dicom.Uid;

class PackedUidTest {
    @Test
    void comes_back_exactly_and_no_two_are_alike() {
        String base = "1.2.840.113619.2.55.3.604688119.971.1234567890.123.1";
        List<String> uids = List.of(
                base,
                base + ".0",
                base + "0",
                base.substring(0, 20) + "1",
                "1.2.840",
                "1",
                "2.25.329800735698586629295641978511506172918",
                "1.2.840.113619.2.55.3.604688119.971.1234567890.123.12",
                "1.2.840.113619.2.55.3.604688119.971.1234567890.123.01",
                "9".repeat(64),
                base + ".00000001");
        Set<List<Byte>> seen = new HashSet<>();
        for (String uid : uids) {
            byte[] packed = PackedUid.pack(base, new Uid(uid));
            assertThat(PackedUid.unpack(base, packed).value()).isEqualTo(uid);
            assertThat(packed.length).isLessThanOrEqualTo(33);
            List<Byte> bytes = new ArrayList<>();
            for (byte b : packed) {
                bytes.add(b);
            }
            assertThat(seen.add(bytes)).isTrue();
        }
        assertThat(PackedUid.pack(base, new Uid("1.2.840.113619.2.55.3.604688119.971.1234567890.123.2")))
                .hasSize(2);
    }
}
