package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dimse.Association;
import org.strongroom.dimse.Proposal;
import org.strongroom.dimse.Stores;
import org.strongroom.dimse.UserInformation.AsyncWindow;
import org.strongroom.testkit.Extent;

/** What the asynchronous operations window brings to one association that stores to the real server. */
class WindowIT {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path work;

    @Test
    void one_association_stores_the_faster_the_more_may_wait_to_be_durable() throws Exception {
        int count = Extent.of(150, 3000);
        try (Clinic clinic = Clinic.make(work)) {
            clinic.enrol("CT1", "--services", "echo,store");
            clinic.start();
            rate(clinic, 1, 9, count); // cold code is no measure
            double one = rate(clinic, 1, 1, count);
            double eight = rate(clinic, 8, 2, count);
            double sixteen = rate(clinic, 16, 3, count);
            System.getLogger("test")
                    .log(
                            System.Logger.Level.INFO,
                            "C-STORE of 8 KB over one TLS association, instances a second: window 1 " + Math.round(one)
                                    + ", 8 " + Math.round(eight) + ", 16 " + Math.round(sixteen));
            assertThat(Math.max(eight, sixteen)).isGreaterThan(one);
        }
    }

    private static double rate(Clinic clinic, int window, int study, int count) throws Exception {
        Random random = new Random(study);
        AtomicInteger stored = new AtomicInteger();
        Proposal proposal = clinic.proposal("CT1")
                .context(Synthetic.make(1, 1, 1, 2, random).sopClass(), TransferSyntax.ExplicitVRLittleEndian)
                .asyncWindow(new AsyncWindow(window, 1));
        long start = System.nanoTime();
        try (Association association = clinic.associate("CT1", proposal);
                Stores<Synthetic> stores = association.stores((_, status) -> {
                    assertThat(status.isSuccess()).isTrue();
                    stored.incrementAndGet();
                })) {
            assertThat(stores.window()).isEqualTo(window);
            for (int i = 0; i < count; i++) {
                stores.send(Synthetic.make(study, 1, i + 1, 8192, random));
            }
            stores.finish();
            assertThat(stored).hasValue(count);
        }
        return count * 1e9 / Math.max(1, System.nanoTime() - start);
    }
}
