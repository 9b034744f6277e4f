package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.testkit.Programs;

class DemoStudiesTest {
    private static DataSet dataSet(DemoStudies.Instance instance) {
        return DataSet.read(
                instance.dataSet().array(),
                DemoStudies.Instance.SYNTAX,
                new Limits(64, 1_000_000, 64 << 20, 100, 16L << 20, 4L << 30));
    }

    @Test
    void there_are_120_slices_of_ct_two_series_of_mr_and_a_radiograph() {
        assertThat(DemoStudies.makers()).hasSize(DemoStudies.INSTANCES).hasSize(120 + 48 + 1);
    }

    @Test
    void the_same_instance_is_made_each_time() {
        DemoStudies.Instance first = DemoStudies.makers().get(40).make();
        DemoStudies.Instance second = DemoStudies.makers().get(40).make();

        assertThat(second.sopInstance()).isEqualTo(first.sopInstance());
        assertThat(second.dataSet()).isEqualTo(first.dataSet());
    }

    @Test
    void slices_lie_one_above_the_other() {
        List<Double> low = dataSet(DemoStudies.makers().get(0).make()).all(Attributes.ImagePositionPatient);
        List<Double> next = dataSet(DemoStudies.makers().get(1).make()).all(Attributes.ImagePositionPatient);

        assertThat(next.get(2) - low.get(2)).isEqualTo(2.5);
        assertThat(next.subList(0, 2)).isEqualTo(low.subList(0, 2));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 119, 120, 143, 144, 168})
    void dciodvfy_finds_no_error(int number, @TempDir Path folder) throws Exception {
        Programs.require("dciodvfy");
        Path file = folder.resolve("it.dcm");
        write(DemoStudies.makers().get(number).make(), file);

        Programs.Run run = Programs.run(Duration.ofSeconds(60), "dciodvfy", file.toString());

        assertThat(run.output()).doesNotContain("Error");
        assertThat(run.exit()).isZero();
    }

    private static void write(DemoStudies.Instance instance, Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(Part10.header(
                    instance.sopClass(), instance.sopInstance(), DemoStudies.Instance.SYNTAX, Optional.empty()));
            out.write(instance.dataSet().array());
        }
    }
}
