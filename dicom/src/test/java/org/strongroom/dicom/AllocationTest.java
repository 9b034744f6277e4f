package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Memory grows with the bytes that are there and never with a length that they declare. */
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long LITTLE = 256 << 10;
    private static final List<Integer> HUGE = List.of(0x7FFFFFFE, 0x7FFFFFF0, 0x40000000, 0xFFFFFFFE);

    /** What a call allocates once everything it needs is loaded. */
    private static long allocated(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(DicomFormatException.class);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        assertThatThrownBy(call).isInstanceOf(DicomFormatException.class);
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    @Test
    void a_value_a_sequence_an_item_or_a_fragment_of_gigabytes_allocates_nothing() {
        for (int length : HUGE) {
            List<Bytes> lies = List.of(
                    Bytes.explicit().header(0x00091001, "OB", length).raw(new byte[8]),
                    Bytes.explicit().header(0x0040A730, "SQ", length).mark(0xFFFEE000, 0),
                    Bytes.explicit().header(0x0040A730, "SQ", Bytes.UNDEFINED).mark(0xFFFEE000, length),
                    Bytes.explicit().header(0x7FE00010, "OB", Bytes.UNDEFINED).mark(0xFFFEE000, length),
                    Bytes.implicit().header(0x00091001, "", length).raw(new byte[8]),
                    Bytes.big().header(0x00091001, "UN", length).raw(new byte[8]));
            for (Bytes lie : lies) {
                assertThat(allocated(lie::read)).isLessThan(LITTLE);
            }
        }
    }

    @Test
    void meta_information_of_gigabytes_allocates_nothing() {
        for (int length : HUGE) {
            byte[] file = Bytes.explicit()
                    .raw(new byte[128])
                    .raw("DICM".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                    .header(0x00020102, "OB", length)
                    .raw(new byte[8])
                    .done();
            assertThat(allocated(() -> Part10.open(new ByteArrayInputStream(file), Limits.DEFAULT)))
                    .isLessThan(LITTLE);
        }
    }

    @Test
    void the_head_of_a_value_of_gigabytes_allocates_nothing() {
        byte[] bytes = Bytes.explicit()
                .header(0x00081199, "UN", 0x7FFFFFFE)
                .raw(new byte[64])
                .done();
        assertThat(allocated(() -> DataSet.readHead(
                        bytes, bytes.length, false, TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT)))
                .isLessThan(LITTLE);
    }

    @Test
    void a_sequence_of_the_deepest_nesting_is_read_and_written_with_a_stack_of_256_kilobytes() throws Exception {
        byte[] content = Bytes.explicit().element(0x0040A160, "UT", "x ").done();
        for (int i = 0; i < Limits.DEFAULT.nesting(); i++) {
            content = Bytes.explicit()
                    .header(0x0040A730, "SQ", content.length + 8)
                    .item(content)
                    .done();
        }
        byte[] deep = content;
        List<Throwable> failed = new java.util.ArrayList<>();
        Thread thread = new Thread(
                null,
                () -> {
                    DataSet read = DataSet.read(deep, TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT);
                    read.with(Attributes.PatientID, "A").toBytes(TransferSyntax.ExplicitVRBigEndian);
                    read.recoded(SpecificCharacterSet.UTF_8).toBytes(TransferSyntax.ImplicitVRLittleEndian);
                },
                "little stack",
                256 << 10);
        thread.setUncaughtExceptionHandler((_, e) -> failed.add(e));
        thread.start();
        thread.join();
        assertThat(failed).isEmpty();
    }
}
