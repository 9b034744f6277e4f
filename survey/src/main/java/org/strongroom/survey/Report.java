package org.strongroom.survey;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.strongroom.dimse.AeTitle;

/**
 * A run as one page that stands alone: no script, no image, nothing fetched. The first screen is for who decides, the
 * tables for who repairs. The same run makes the same page.
 */
final class Report {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final String STYLE = """
            :root{color-scheme:light dark;--paper:#fbfbf9;--ink:#1d2328;--soft:#5c666e;--line:#dcdfdd;--card:#fff;
            --open:#a4262c;--open-bg:#fbeaea;--closed:#1f6b45;--closed-bg:#e7f3ec;--silent:#5c666e;--silent-bg:#eeefee}
            @media(prefers-color-scheme:dark){:root{--paper:#15191c;--ink:#e4e8ea;--soft:#98a3ab;--line:#2d353a;--card:#1b2125;
            --open:#ff9c9c;--open-bg:#43201f;--closed:#8fd6ae;--closed-bg:#1b3527;--silent:#a5afb6;--silent-bg:#272e33}}
            *{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);
            font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
            main{max-width:66rem;margin:0 auto;padding:2.5rem 1.5rem 4rem}h1{font-size:1.9rem;line-height:1.25;margin:.2rem 0 .6rem;
            font-weight:650;text-wrap:balance}h2{font-size:1.15rem;margin:2.6rem 0 .7rem}p{max-width:46rem;margin:.5rem 0}
            .kicker,.soft{color:var(--soft)}.kicker{margin:0;font-size:.9rem}ul.sums{list-style:none;display:flex;flex-wrap:wrap;
            gap:.8rem;margin:1.6rem 0 0;padding:0}ul.sums li{flex:1 1 9rem;background:var(--card);border:1px solid var(--line);
            border-radius:.6rem;padding:.8rem 1rem}ul.sums strong{display:block;font-size:1.7rem;font-weight:650;
            font-variant-numeric:tabular-nums;line-height:1.2}ul.sums span{color:var(--soft);font-size:.9rem}
            .scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:.6rem}
            table{border-collapse:collapse;width:100%;font-size:.93rem}th,td{text-align:left;vertical-align:top;
            padding:.6rem .9rem;border-bottom:1px solid var(--line)}tbody tr:last-child>*{border-bottom:0}
            thead th{color:var(--soft);font-weight:550;font-size:.85rem;white-space:nowrap}tbody th{font-weight:600;white-space:nowrap}
            .n{text-align:right;font-variant-numeric:tabular-nums}.wide{min-width:17rem}
            .state{display:inline-block;border-radius:1rem;padding:.05rem .65rem;font-weight:600;font-size:.85rem}
            .open{color:var(--open);background:var(--open-bg)}.closed{color:var(--closed);background:var(--closed-bg)}
            .silent,.not-contacted{color:var(--silent);background:var(--silent-bg)}.not-contacted{white-space:nowrap}code{font:.86em ui-monospace,SFMono-Regular,Menlo,monospace;
            overflow-wrap:anywhere}dl{display:grid;grid-template-columns:max-content 1fr;gap:.35rem 1.4rem;margin:0}
            dt{color:var(--soft)}dd{margin:0}@media(max-width:40rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.6rem}}
            @media print{body{background:#fff;color:#000}main{padding:0}.scroll{overflow:visible}tr{break-inside:avoid}}
            """;

    /** So many targets that are silent or were not contacted are shown; a page of thousands helps nobody. */
    private static final int QUIET_ROWS = 20;

    private Report() {}

    static String page(RunRecord run) {
        return """
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-%s'">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="robots" content="noindex">
                <title>%s</title>
                <style>%s</style>
                </head>
                <body>
                <main>
                %s%s%s%s%s</main>
                </body>
                </html>
                """.formatted(
                sha256(STYLE), text(title(run)), STYLE, head(run), targets(run), method(run), details(run), run(run));
    }

    /** The finding in one sentence. */
    static String title(RunRecord run) {
        long open = run.count(State.OPEN);
        if (open == 0) {
            String unknown = notContacted(run);
            return (run.stopped()
                            ? "Stopped early; until then, no stranger was answered"
                            : "No stranger is answered in the networks looked at")
                    + (unknown.isEmpty() ? "" : "; " + unknown);
        }
        String services = open == 1 ? "One service answers strangers" : open + " services answer strangers";
        if (run.studies() == 0) {
            return services + (run.atLeast() ? "; counting what they list broke off" : "; none lists a study");
        }
        return services + (open == 1 ? " and lists " : " and list ") + studies(run.studies(), run.atLeast());
    }

    /** How many targets nothing is known of, in words; empty where there are none. */
    static String notContacted(RunRecord run) {
        long count = run.count(State.NOT_CONTACTED);
        return count == 0 ? "" : "%,d target%s not contacted".formatted(count, count == 1 ? " was" : "s were");
    }

    static String studies(long studies, boolean atLeast) {
        return (atLeast ? "at least " : "")
                + String.format(Locale.ROOT, "%,d", studies)
                + (studies == 1 ? " study" : " studies");
    }

    private static String head(RunRecord run) {
        Scope scope = run.authority().scope();
        return """
                <p class="kicker">Exposure survey for %s, %s UTC</p>
                <h1>%s</h1>
                <p>Each address and port in the scope was asked what anyone on the network could ask: for an association, for a
                sign of life, and for how many studies it would list. Answers were counted and thrown away; no patient
                attribute was asked for.</p>
                %s<ul class="sums">
                <li><strong>%d</strong><span>open: a stranger is answered</span></li>
                <li><strong>%s</strong><span>studies a stranger can list</span></li>
                <li><strong>%d</strong><span>closed: a stranger is refused</span></li>
                <li><strong>%d</strong><span>silent: nothing there</span></li>
                <li><strong>%d</strong><span>not contacted: nothing is known</span></li>
                </ul>
                """.formatted(
                text(scope.owner()),
                TIME.format(run.begun()),
                text(title(run)),
                run.stopped() ? "<p><strong>The run was stopped before every target was seen.</strong></p>\n" : "",
                run.count(State.OPEN),
                (run.atLeast() ? "\u2265 " : "") + String.format(Locale.ROOT, "%,d", run.studies()),
                run.count(State.CLOSED),
                run.count(State.SILENT),
                run.count(State.NOT_CONTACTED));
    }

    private static String targets(RunRecord run) {
        StringBuilder rows = new StringBuilder();
        for (State state : State.values()) {
            long most = state.answers() ? Long.MAX_VALUE : QUIET_ROWS;
            run.findings().stream().filter(f -> f.state() == state).limit(most).forEach(f -> rows.append(row(f)));
        }
        String more = more(run, State.SILENT, "are silent") + more(run, State.NOT_CONTACTED, "were not contacted");
        return """
                <h2>What was found, and what to do</h2>
                <div class="scroll"><table>
                <thead><tr><th scope="col">Target</th><th scope="col">State</th><th scope="col" class="n">Studies listed</th>\
                <th scope="col">Encryption</th><th scope="col">What was seen</th><th scope="col">What to do</th></tr></thead>
                <tbody>
                %s</tbody></table></div>
                %s""".formatted(rows, more);
    }

    private static String more(RunRecord run, State state, String what) {
        long left = run.count(state) - QUIET_ROWS;
        return left <= 0
                ? ""
                : "<p class=\"soft\">%,d more targets %s; result.json has them.</p>\n".formatted(left, what);
    }

    private static String row(Finding finding) {
        String state = finding.state().word();
        return """
                <tr><th scope="row"><code>%s</code></th><td><span class="state %s">%s</span></td><td class="n">%s</td>\
                <td>%s</td><td>%s</td><td class="wide">%s</td></tr>
                """.formatted(
                text(finding.target().toString()),
                state,
                state,
                finding.state().answers()
                        ? (finding.atLeast() ? "at least " : "") + String.format(Locale.ROOT, "%,d", finding.studies())
                        : "&ndash;",
                text(encryption(finding)),
                text(seen(finding)),
                text(Advice.of(finding)));
    }

    private static String encryption(Finding finding) {
        if (!finding.state().answers()) {
            return "\u2013";
        }
        return finding.tls()
                .map(Look.Tls::protocol)
                .orElse(
                        finding.best()
                                        .map(look -> look.verdict() == Verdict.TLS_REFUSED)
                                        .orElse(false)
                                ? "TLS, not agreed"
                                : "none");
    }

    private static String seen(Finding finding) {
        return finding.best()
                .map(look -> look.verdict().sentence()
                        + look.count().map(Report::counted).orElse(""))
                .orElse("Nothing: the host was given up after three connections in a row without an answer.");
    }

    private static String counted(Look.Count count) {
        return switch (count.ending()) {
            case CAP -> " Counting was broken off at the scope's cap.";
            case TIME -> " Counting was broken off when the scope's time was over.";
            case BYTES -> " Counting was broken off: it sent more than " + DicomStranger.MOST_MIB + " MiB.";
            case BROKEN -> " The service broke off in the middle of its answers.";
            case ANSWERED ->
                count.status()
                        .filter(code -> code != 0)
                        .map(code -> String.format(Locale.ROOT, " The query ended with status %04X.", code))
                        .orElse("");
        };
    }

    private static String method(RunRecord run) {
        Scope scope = run.authority().scope();
        return """
                <h2>How to read the numbers</h2>
                <p>A study counts as listed when the service names it in answer to one query (C-FIND at study level, asking for
                the Study Instance UID and nothing else). The number is exact unless it says &ldquo;at least&rdquo;: the
                survey stops listening after %,d answers, %d MiB or %d seconds, and a service may break off before its list
                is at its end. The same study in two archives counts twice. Whether images could
                be fetched was not tried. A service that is silent today may be switched off, or hidden by a firewall from
                where the survey stood. After three connections in a row without an answer a host is given up: its further
                ports were not contacted, and nothing is known of them.</p>
                """.formatted(
                        scope.countCap(),
                        DicomStranger.MOST_MIB,
                        Math.ceilDiv(scope.rates().countMillis(), 1000));
    }

    private static String details(RunRecord run) {
        StringBuilder rows = new StringBuilder();
        List<Finding> there =
                run.findings().stream().filter(f -> f.state().answers()).toList();
        for (Finding finding : there) {
            finding.looks()
                    .forEach(look -> rows.append("""
                    <tr><th scope="row"><code>%s</code></th><td>%s</td><td><code>%s</code></td><td>%s</td><td>%s</td>\
                    <td class="n">%,d</td><td class="n">%,d</td></tr>
                    """.formatted(
                                    text(finding.target().toString()),
                                    look.inTls() ? "TLS" : "clear",
                                    text(look.called().value()),
                                    text(look.verdict().word()),
                                    text(facts(look)),
                                    look.sentBytes(),
                                    look.receivedBytes())));
        }
        return """
                <h2>Every connection to what is there</h2>
                <div class="scroll"><table>
                <thead><tr><th scope="col">Target</th><th scope="col">Spoken</th><th scope="col">Called as</th>\
                <th scope="col">Verdict</th><th scope="col">Facts</th><th scope="col" class="n">Bytes out</th>\
                <th scope="col" class="n">Bytes in</th></tr></thead>
                <tbody>
                %s</tbody></table></div>
                """.formatted(rows);
    }

    private static String facts(Look look) {
        StringBuilder facts = new StringBuilder();
        look.implementationVersion().ifPresent(v -> facts.append(v).append(", "));
        look.implementationClass().ifPresent(u -> facts.append(u.value()).append(", "));
        look.rejection()
                .ifPresent(r -> facts.append("A-ASSOCIATE-RJ result %d, source %d, reason %d, "
                        .formatted(r.result(), r.source(), r.reason())));
        look.echo().ifPresent(status -> facts.append(String.format(Locale.ROOT, "C-ECHO %04X, ", status)));
        look.count()
                .flatMap(Look.Count::status)
                .ifPresent(status -> facts.append(String.format(Locale.ROOT, "C-FIND %04X, ", status)));
        look.tls()
                .ifPresent(t -> facts.append(t.protocol())
                        .append(' ')
                        .append(t.cipherSuite())
                        .append(", "));
        return facts.isEmpty() ? "\u2013" : facts.substring(0, facts.length() - 2);
    }

    private static String run(RunRecord run) {
        Scope scope = run.authority().scope();
        return """
                <h2>On whose authority</h2>
                <dl>
                <dt>Owner</dt><dd>%s</dd>
                <dt>Contact</dt><dd>%s</dd>
                <dt>Statement</dt><dd>%s</dd>
                <dt>Networks</dt><dd><code>%s</code></dd>
                <dt>Never contacted</dt><dd><code>%s</code></dd>
                <dt>Ports</dt><dd><code>%s</code></dd>
                <dt>Valid</dt><dd>%s to %s</dd>
                <dt>Called itself</dt><dd><code>%s</code></dd>
                <dt>Called others</dt><dd><code>%s</code></dd>
                <dt>Ran</dt><dd>%s to %s UTC (%s s)</dd>
                <dt>Scope, SHA-256</dt><dd><code>%s</code></dd>
                <dt>Packet log, head</dt><dd><code>%s</code></dd>
                </dl>
                <p class="soft">This page is a list of targets. Give it to no one who doesn't need it to close them.</p>
                """.formatted(
                        text(scope.owner()),
                        text(scope.contact()),
                        text(scope.statement()),
                        text(joined(scope.networks())),
                        scope.excluded().isEmpty() ? "&ndash;" : text(joined(scope.excluded())),
                        text(scope.ports().toString()),
                        scope.validFrom(),
                        scope.validUntil(),
                        text(scope.callingAeTitle().value()),
                        text(scope.calledAeTitles().stream().map(AeTitle::value).collect(Collectors.joining(", "))),
                        TIME.format(run.begun()),
                        TIME.format(run.ended()),
                        seconds(run.begun(), run.ended()),
                        run.authority().sha256(),
                        run.logHead());
    }

    private static String joined(List<Network> networks) {
        return networks.stream().map(Network::toString).collect(Collectors.joining(", "));
    }

    private static String seconds(Instant begun, Instant ended) {
        return String.format(Locale.ROOT, "%.1f", Duration.between(begun, ended).toMillis() / 1000.0);
    }

    /** The only way text of any origin comes into the page. */
    static String text(String value) {
        return value.codePoints()
                .mapToObj(c -> switch (c) {
                    case '<' -> "&lt;";
                    case '>' -> "&gt;";
                    case '&' -> "&amp;";
                    case '"' -> "&quot;";
                    case '\'' -> "&#39;";
                    default -> Character.isISOControl(c) ? " " : Character.toString(c);
                })
                .collect(Collectors.joining());
    }

    private static String sha256(String style) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(style.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
