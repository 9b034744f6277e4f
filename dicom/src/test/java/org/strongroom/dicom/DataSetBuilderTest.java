package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DataSetBuilderTest {
    @Test
    void builds_what_edits_one_by_one_make() {
        long seed = System.nanoTime();
        System.out.println("builds_what_edits_one_by_one_make seed " + seed);
        Random random = new Random(seed);
        DataSet other = DataSet.empty()
                .recoded(SpecificCharacterSet.UTF_8)
                .withText(Attributes.PatientName.tag(), VR.PN, List.of("Müller^Zoë"))
                .withItems(
                        Attributes.OtherPatientIDsSequence.tag(),
                        List.of(DataSet.empty().with(Attributes.PatientID, "17")));
        DataSet source = DataSet.read(
                other.toBytes(TransferSyntax.ExplicitVRLittleEndian),
                TransferSyntax.ExplicitVRLittleEndian,
                Limits.DEFAULT);
        DataSet start = DataSet.empty().withElementOf(source, Attributes.SpecificCharacterSet.tag());
        for (int round = 0; round < 200; round++) {
            DataSetBuilder builder = new DataSetBuilder(start);
            DataSet edited = start;
            for (int i = random.nextInt(30); i > 0; i--) {
                Tag tag = Tag.of(random.nextBoolean() ? 0x0009 : 0x0004, 0x1000 + random.nextInt(8));
                switch (random.nextInt(4)) {
                    case 0 -> {
                        builder.empty(tag, VR.LO);
                        edited = edited.withEmpty(tag, VR.LO);
                    }
                    case 1 -> {
                        builder.text(tag, VR.LO, List.of("ä", "b" + i));
                        edited = edited.withText(tag, VR.LO, List.of("ä", "b" + i));
                    }
                    case 2 -> {
                        builder.copy(source, Attributes.PatientName.tag());
                        edited = edited.withElementOf(source, Attributes.PatientName.tag());
                    }
                    default -> {
                        builder.copy(source, Attributes.OtherPatientIDsSequence.tag());
                        edited = edited.withElementOf(source, Attributes.OtherPatientIDsSequence.tag());
                    }
                }
            }
            DataSet built = builder.build();
            assertThat(built.tags()).isEqualTo(edited.tags());
            assertThat(built.toBytes(TransferSyntax.ExplicitVRLittleEndian))
                    .isEqualTo(edited.toBytes(TransferSyntax.ExplicitVRLittleEndian));
            assertThat(built.with(Attributes.PatientID, "18").get(Attributes.PatientID))
                    .contains("18");
        }
    }

    @Test
    void what_the_other_lacks_is_not_put() {
        DataSet built = new DataSetBuilder(DataSet.empty())
                .copy(DataSet.empty(), Attributes.PatientID.tag())
                .build();
        assertThat(built.tags()).isEmpty();
    }
}
