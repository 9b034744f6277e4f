package org.strongroom.dimse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each limit of DESIGN.md section 4 on the DIMSE side, and the tests that try both sides of it. */
final class LimitsHaveTestsTest {
    private record Row(String limit, Class<?> where, List<String> tests) {
        Row(String limit, Class<?> where, String first, String... more) {
            this(
                    limit,
                    where,
                    Stream.concat(Stream.of(first), Arrays.stream(more)).toList());
        }
    }

    private static final List<Row> TABLE = List.of(
            new Row("first PDU 64 KiB", ProviderTest.class, "a_first_pdu_may_be_as_long_as_64_kib_and_no_longer"),
            new Row(
                    "PDU after authentication 1 MiB",
                    ProviderTest.class,
                    "a_data_pdu_may_be_as_long_as_the_limit_and_no_longer"),
            new Row("presentation contexts 128", AssociationTest.class, "proposes_128_contexts_and_no_more"),
            new Row(
                    "presentation contexts 128, as acceptor: a 129th has no identifier left",
                    PduTest.class,
                    "refuses_context_identifiers_that_are_even_or_come_twice"),
            new Row(
                    "command set 64 KiB, identifier 256 KiB",
                    ProviderTest.class,
                    "identifiers_and_command_sets_have_their_limits"),
            new Row(
                    "identifier in an answer 16 MiB",
                    AssociationTest.class,
                    "takes_matches_of_megabytes_but_no_longer_ones"),
            new Row(
                    "command set 64 elements",
                    CommandSetTest.class,
                    "refuses_overlong_values_foreign_groups_and_too_many_elements"),
            new Row(
                    "ARTIM 10 s",
                    ListenerTest.class,
                    "a_silent_and_a_dripping_peer_are_closed_when_the_artim_timer_runs_out",
                    "a_dripping_tls_handshake_is_closed_when_the_artim_timer_runs_out"),
            new Row("idle 60 s", ListenerTest.class, "an_idle_association_is_ended_and_a_busy_one_is_not"),
            new Row(
                    "minimum rate 1 KiB/s after 10 s",
                    ListenerTest.class,
                    "a_message_that_trickles_in_is_cut_off_and_a_slow_one_is_not"),
            new Row(
                    "unauthenticated connections 256 per address, 12,000 in all",
                    ListenerTest.class,
                    "silent_connections_from_one_address_do_not_keep_others_or_itself_out",
                    "the_oldest_silent_one_goes_when_all_places_are_taken"),
            new Row(
                    "32 associations per device",
                    ListenerTest.class,
                    "an_identity_above_its_limit_is_rejected_as_transient"),
            new Row(
                    "failing handshakes 50/s per address",
                    ListenerTest.class,
                    "an_address_whose_handshakes_fail_too_often_is_closed_at_once"),
            new Row(
                    "ClientHello 16 KiB",
                    HandshakesTest.class,
                    "the_longest_client_hello_is_read_and_one_byte_more_is_not"),
            new Row(
                    "operations outstanding 16",
                    WindowTest.class,
                    "as_many_are_performed_at_once_as_were_agreed_and_never_more",
                    "a_peer_that_sends_more_than_was_agreed_is_held_back"));

    @Test
    void every_limit_names_tests_that_there_are() {
        for (Row row : TABLE) {
            List<String> there = Arrays.stream(row.where().getDeclaredMethods())
                    .map(java.lang.reflect.Method::getName)
                    .toList();
            assertThat(there).as(row.limit()).containsAll(row.tests());
        }
    }
}
