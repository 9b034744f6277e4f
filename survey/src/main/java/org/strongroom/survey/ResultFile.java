package org.strongroom.survey;

import java.util.List;
import java.util.Locale;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A run as JSON: the list of targets on standard output, and the same with its authority in result.json. */
final class ResultFile {
    private static final JsonMapper JSON = new JsonMapper();
    private static final JsonMapper INDENTED =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private ResultFile() {}

    /** One line: {@code {"targets":[...]}}. */
    static String targets(List<Finding> findings) {
        ObjectNode root = JSON.createObjectNode();
        addTargets(root, findings);
        return JSON.writeValueAsString(root);
    }

    static String whole(RunRecord run) {
        Scope scope = run.authority().scope();
        ObjectNode root = INDENTED.createObjectNode();
        root.put("format", 1);
        root.put("begun", run.begun().toString());
        root.put("ended", run.ended().toString());
        root.put("stopped", run.stopped());
        ObjectNode authority = root.putObject("authority");
        authority.put("owner", scope.owner());
        authority.put("contact", scope.contact());
        authority.put("statement", scope.statement());
        authority.put("validFrom", scope.validFrom().toString());
        authority.put("validUntil", scope.validUntil().toString());
        authority.put("scopeSha256", run.authority().sha256());
        root.put("callingAeTitle", scope.callingAeTitle().value());
        root.put("packetLogHead", run.logHead());
        root.put("notContacted", run.count(State.NOT_CONTACTED));
        addTargets(root, run.findings());
        return INDENTED.writeValueAsString(root);
    }

    private static void addTargets(ObjectNode root, List<Finding> findings) {
        var targets = root.putArray("targets");
        findings.forEach(finding -> addTarget(targets.addObject(), finding));
    }

    private static void addTarget(ObjectNode node, Finding finding) {
        node.put("address", finding.target().address().getHostAddress());
        node.put("port", finding.target().port());
        node.put("state", finding.state().word());
        node.put("studies", finding.studies());
        node.put("verdict", finding.best().map(look -> look.verdict().word()).orElse(State.NOT_CONTACTED.word()));
        node.put("studiesAtLeast", finding.atLeast());
        node.put("at", finding.at().toString());
        finding.best().flatMap(Look::count).ifPresent(count -> addCount(node.putObject("count"), count));
        finding.tls().ifPresent(tls -> {
            ObjectNode facts = node.putObject("tls");
            facts.put("protocol", tls.protocol());
            facts.put("cipherSuite", tls.cipherSuite());
        });
        var looks = node.putArray("connections");
        finding.looks().forEach(look -> addLook(looks.addObject(), look));
    }

    private static void addCount(ObjectNode node, Look.Count count) {
        node.put("unit", "study records listed");
        node.put("method", "C-FIND at STUDY level for Study Instance UID; responses counted, none kept");
        node.put("atLeast", count.atLeast());
        node.put("ended", count.ending().name().toLowerCase(Locale.ROOT));
        node.put("status", count.status().map(ResultFile::status).orElse(null));
        // Exact where the peer said that these were all; otherwise the number is only a lower bound.
        node.put(
                "error",
                count.status().filter(code -> code == 0 && !count.atLeast()).orElse(null));
    }

    private static void addLook(ObjectNode node, Look look) {
        node.put("tls", look.inTls());
        node.put("called", look.called().value());
        node.put("verdict", look.verdict().word());
        node.put("sentBytes", look.sentBytes());
        node.put("receivedBytes", look.receivedBytes());
        look.rejection().ifPresent(rejection -> {
            ObjectNode reason = node.putObject("rejection");
            reason.put("result", rejection.result());
            reason.put("source", rejection.source());
            reason.put("reason", rejection.reason());
        });
        look.implementationClass().ifPresent(uid -> node.put("implementationClass", uid.value()));
        look.implementationVersion().ifPresent(version -> node.put("implementationVersion", version));
        look.echo().ifPresent(status -> node.put("echo", status(status)));
    }

    private static String status(int code) {
        return String.format(Locale.ROOT, "%04X", code);
    }
}
