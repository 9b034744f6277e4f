package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each limit on what is read, and the tests that try both sides of it. Those of DIMSE have the same in its module. */
class LimitsHaveTestsTest {
    private record Row(String limit, String where, String test) {}

    private static final List<Row> TABLE = List.of(
            new Row("nesting 64", "LimitsTest", "sequences_nest_64_deep_and_no_deeper"),
            new Row(
                    "nesting 64, on a stack of 256 KB",
                    "RecursionTest",
                    "the_deepest_nesting_needs_no_more_than_256_kilobytes_of_stack"),
            new Row(
                    "nesting 64, JSON; elements; bytes of the data set",
                    "model.DicomJsonReaderTest",
                    "limits_hold_from_both_sides"),
            new Row("nesting 64, XML", "model.NativeXmlReaderTest", "nesting_has_a_limit"),
            new Row(
                    "elements and items 1,000,000",
                    "LimitsTest",
                    "a_data_set_has_so_many_elements_and_no_more_items_included"),
            new Row("elements and items 1,000,000: items", "LimitsTest", "items_that_hold_nothing_count_too"),
            new Row(
                    "elements and items 1,000,000 and 1,000,001, as they are",
                    "HostileCorpusTest",
                    "every_hostile_input_ends_as_expected_in_little_time_and_memory"),
            new Row(
                    "value held in memory 1 MiB, larger left",
                    "LimitsTest",
                    "after_group_0020_readHead_stops_at_a_value_longer_than_the_limit"),
            new Row(
                    "value before the identifiers 16 MiB",
                    "LimitsTest",
                    "up_to_group_0020_readHead_reads_values_of_16_times_the_limit_and_refuses_longer_ones"),
            new Row(
                    "beginning of a data set 16 MiB",
                    "LimitsTest",
                    "readHead_asks_for_no_more_than_16_times_the_limit"),
            new Row(
                    "inflate 100:1 above 16 MiB",
                    "LimitsTest",
                    "what_inflates_more_than_100_to_1_may_come_to_16_mebibytes"),
            new Row(
                    "inflate ratio, small",
                    "LimitsTest",
                    "a_deflated_data_set_may_inflate_freely_up_to_a_size_and_then_by_a_ratio"),
            new Row(
                    "inflate 4 GiB, as 1 MiB",
                    "LimitsTest",
                    "a_deflated_data_set_may_inflate_to_so_many_bytes_and_no_more"),
            new Row(
                    "inflate, rewritten as it comes",
                    "RewriterTest",
                    "a_deflated_data_set_may_grow_as_far_as_the_limit_and_no_further"),
            new Row(
                    "File Meta Information",
                    "Part10Test",
                    "meta_information_longer_than_the_first_read_is_read_whole_up_to_the_limit"));

    @Test
    void every_limit_names_tests_that_there_are() throws ClassNotFoundException {
        for (Row row : TABLE) {
            List<String> there = Arrays.stream(
                            Class.forName("org.strongroom.dicom." + row.where()).getDeclaredMethods())
                    .map(Method::getName)
                    .toList();
            assertThat(there).as(row.limit()).contains(row.test());
        }
    }

    @Test
    void the_defaults_are_those_of_the_design() {
        assertThat(Limits.DEFAULT).isEqualTo(new Limits(64, 1_000_000, 1 << 20, 100, 16L << 20, 4L << 30));
    }
}
