package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.strongroom.dicom.Attributes.PatientID;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.strongroom.dicom.DataSet;

class SealedRowsTest {
    private final SealedRows rows = new SealedRows(Samples.KEYS, new SecureRandom());
    private final DataSet attributes = DataSet.empty().with(PatientID, "CANARY-1");

    @Test
    void opens_what_it_sealed() throws IOException {
        byte[] sealed = rows.seal("study", 7, attributes);
        assertThat(rows.copy().open("study", 7, sealed).get(PatientID)).contains("CANARY-1");
    }

    @Test
    void equal_rows_are_sealed_differently() {
        assertThat(rows.seal("study", 7, attributes)).isNotEqualTo(rows.seal("study", 7, attributes));
    }

    @Test
    void a_row_opens_only_in_its_place_and_under_its_key() {
        byte[] sealed = rows.seal("study", 7, attributes);
        SealedRows other = new SealedRows(label -> Samples.KEYS.derive("other"), new SecureRandom());
        assertThatThrownBy(() -> rows.open("study", 8, sealed)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> rows.open("series", 7, sealed)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> other.open("study", 7, sealed))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("study 7")
                .hasMessageNotContaining("CANARY");
    }

    @Test
    void no_changed_or_shortened_row_opens() {
        byte[] sealed = rows.seal("study", 7, attributes);
        for (int i = 0; i < sealed.length; i++) {
            byte[] changed = sealed.clone();
            changed[i] ^= 1;
            assertThatThrownBy(() -> rows.open("study", 7, changed)).isInstanceOf(IOException.class);
            byte[] cut = Arrays.copyOf(sealed, i);
            assertThatThrownBy(() -> rows.open("study", 7, cut)).isInstanceOf(IOException.class);
        }
    }
}
