package org.strongroom.survey;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.AeTitle;
import org.strongroom.dimse.SurveyAssociation.Ending;

final class ReportTest {
    private static final Instant TIME = Instant.parse("2026-11-21T10:00:00Z");
    private static final AeTitle ANY = new AeTitle("ANY-SCP");

    private static Finding finding(String target, Look... looks) {
        return new Finding(Target.parse(target), TIME.plusSeconds(1), List.of(looks));
    }

    private static Look look(boolean tls, Verdict verdict) {
        return Look.of(tls, ANY, verdict, 205, 0);
    }

    private static Look open(Optional<Look.Tls> tls, String version, int studies, boolean capped, int status) {
        return new Look(
                tls.isPresent(),
                ANY,
                Verdict.ANSWERED,
                612,
                1_734,
                tls,
                Optional.empty(),
                Optional.of(new Uid("1.2.276.0.7230010.3.0.3.6.7")),
                Optional.of(version),
                Optional.of(0),
                Optional.of(
                        new Look.Count(studies, capped, capped ? Ending.CAP : Ending.ANSWERED, Optional.of(status))));
    }

    private static Look rejected(int source, int reason) {
        return new Look(
                false,
                ANY,
                Verdict.REJECTED,
                205,
                10,
                Optional.empty(),
                Optional.of(new Look.Rejection(1, source, reason)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static RunRecord run(List<Finding> findings) {
        Scope scope = Scopes.of("127.0.0.0/28", "127.0.0.15/32", "104,2762,11112");
        ScopeFile authority = new ScopeFile(scope, "ab".repeat(32));
        return new RunRecord(authority, TIME, TIME.plusMillis(1_600), false, "cd".repeat(32), findings);
    }

    /** One finding of every kind there is. */
    private static RunRecord everything() {
        Optional<Look.Tls> tls = Optional.of(new Look.Tls("TLSv1.3", "TLS_AES_256_GCM_SHA384"));
        List<Finding> findings = new ArrayList<>(List.of(
                finding("127.0.0.1:104", open(Optional.empty(), "OFFIS_DCMTK_367", 3, false, 0)),
                finding("127.0.0.1:2762", look(false, Verdict.HUNG_UP), open(tls, "OTHER", 10_000, true, 0xFE00)),
                finding("127.0.0.2:104", open(Optional.empty(), "<script>alert(1)</script>", 0, false, 0xA900)),
                finding("127.0.0.3:104", rejected(1, 7), rejected(1, 7)),
                finding("127.0.0.3:2762", rejected(3, 2)),
                finding("127.0.0.4:2762", look(false, Verdict.HUNG_UP), look(true, Verdict.TLS_REFUSED))));
        for (Verdict verdict : Verdict.values()) {
            findings.add(finding("127.0.0.5:" + (11112 + findings.size()), look(false, verdict)));
        }
        findings.add(finding("127.0.0.6:104"));
        return run(findings);
    }

    @Test
    void the_page_stands_alone_without_scripts() {
        String page = Report.page(everything());
        assertThat(page)
                .contains("default-src 'none'")
                .doesNotContain("<script", "http://", "https://", "url(", "src=", "href=", "onload");
        assertThat(page).contains("&lt;script&gt;alert(1)&lt;/script&gt;");
    }

    @Test
    void thousands_of_silent_targets_do_not_bury_the_others() {
        List<Finding> findings = new ArrayList<>();
        for (int port = 1; port <= 5_000; port++) {
            findings.add(finding("127.0.0.1:" + port, look(false, Verdict.REFUSED)));
        }
        findings.add(finding("127.0.0.2:104", open(Optional.empty(), "X", 3, false, 0)));
        String page = Report.page(run(findings));
        assertThat(page)
                .hasSizeLessThan(20_000)
                .contains("4,980 more targets are silent")
                .contains("127.0.0.2:104");
    }

    @Test
    void what_was_not_contacted_is_never_told_as_silent() {
        RunRecord run = run(List.of(
                finding("127.0.0.1:1", look(false, Verdict.UNREACHABLE)),
                finding("127.0.0.1:104"),
                finding("127.0.0.1:11112")));
        assertThat(run.count(State.SILENT)).isEqualTo(1);
        assertThat(Report.title(run))
                .isEqualTo("No stranger is answered in the networks looked at; 2 targets were not contacted");
        assertThat(Report.page(run))
                .contains("<strong>1</strong><span>silent", "<strong>2</strong><span>not contacted")
                .contains("<span class=\"state not-contacted\">not-contacted</span>");
        assertThat(ResultFile.whole(run)).contains("\"notContacted\" : 2");
    }

    @Test
    void the_same_run_makes_the_same_page() {
        assertThat(Report.page(everything())).isEqualTo(Report.page(everything()));
        assertThat(ResultFile.whole(everything())).isEqualTo(ResultFile.whole(everything()));
    }

    @Test
    void the_title_says_what_matters_first() {
        Finding open = finding("127.0.0.1:104", open(Optional.empty(), "X", 3, false, 0));
        Finding capped = finding("127.0.0.2:104", open(Optional.empty(), "X", 10_000, true, 0xFE00));
        Finding one = finding("127.0.0.3:104", open(Optional.empty(), "X", 1, false, 0));
        Finding none = finding("127.0.0.4:104", open(Optional.empty(), "X", 0, false, 0));
        assertThat(Report.title(run(List.of(open)))).isEqualTo("One service answers strangers and lists 3 studies");
        assertThat(Report.title(run(List.of(one)))).isEqualTo("One service answers strangers and lists 1 study");
        assertThat(Report.title(run(List.of(none)))).isEqualTo("One service answers strangers; none lists a study");
        assertThat(Report.title(run(List.of(open, capped))))
                .isEqualTo("2 services answer strangers and list at least 10,003 studies");
        assertThat(Report.title(run(List.of()))).isEqualTo("No stranger is answered in the networks looked at");
    }

    @Test
    void json_has_one_line_with_address_port_state_and_studies() {
        String json = ResultFile.targets(everything().findings());
        assertThat(json)
                .startsWith("{\"targets\":[{\"address\":\"127.0.0.1\",\"port\":104,\"state\":\"open\",\"studies\":3,")
                .contains("\"port\":2762,\"state\":\"closed\",\"studies\":0,")
                .contains("{\"address\":\"127.0.0.6\",\"port\":104,\"state\":\"not-contacted\",\"studies\":0,"
                        + "\"verdict\":\"not-contacted\"")
                .doesNotContain("\n");
    }

    @Test
    void a_number_is_exact_only_where_the_peer_said_that_it_was_all() {
        String json = ResultFile.targets(everything().findings());
        assertThat(json)
                .contains("\"atLeast\":false,\"ended\":\"answered\",\"status\":\"0000\",\"error\":0}")
                .contains("\"atLeast\":true,\"ended\":\"cap\",\"status\":\"FE00\",\"error\":null}")
                .contains("\"atLeast\":false,\"ended\":\"answered\",\"status\":\"A900\",\"error\":null}");
    }
}
