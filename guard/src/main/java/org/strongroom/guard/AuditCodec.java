package org.strongroom.guard;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.strongroom.dicom.Uid;

/**
 * Audit records as JSON. Field names are written once and never given another meaning: logs are kept for decades. The
 * sequence is not in the JSON; the frame has it.
 */
final class AuditCodec {
    private AuditCodec() {}

    static byte[] encode(Instant time, AuditRecord.Event event) {
        Fields fields = new Fields().put("time", time.toString());
        switch (event) {
            case AuditRecord.Decided d -> decided(fields.put("kind", "decision"), d);
            case AuditRecord.Settled s ->
                fields.put("kind", "settlement")
                        .put("permit", s.permit().sequence())
                        .put("success", s.outcome().success())
                        .put("counts", counts(s.outcome().counts()));
            case AuditRecord.Refused r ->
                fields.put("kind", "refusal")
                        .put("address", r.address())
                        .put("cause", r.cause().name())
                        .put("detail", r.detail());
            case AuditRecord.RefusedMore r -> refusedMore(fields.put("kind", "refusals"), r);
            case AuditRecord.Administered a -> {
                fields.put("kind", "administration")
                        .put("change", a.change())
                        .put("subject", a.subject())
                        .put("content", a.content());
                a.permit().ifPresent(p -> fields.put("permit", p.sequence()));
            }
            case AuditRecord.Started s ->
                fields.put("kind", "start").put("program", s.program()).put("notes", s.notes());
            case AuditRecord.Stopped() -> fields.put("kind", "stop");
        }
        return fields.toJson();
    }

    /**
     * @throws IOException when {@code json} is not a record this version knows; the message holds no content
     */
    static AuditRecord decode(long sequence, byte[] json) throws IOException {
        Fields fields = Fields.parse(json);
        try {
            String kind = fields.text("kind");
            AuditRecord.Event event = switch (kind) {
                case "decision" -> decided(fields);
                case "settlement" ->
                    new AuditRecord.Settled(
                            new AuditId(fields.number("permit")),
                            new Outcome(
                                    fields.truth("success"),
                                    fields.fields("counts").numbers()));
                case "refusal" ->
                    new AuditRecord.Refused(
                            fields.text("address"), Refusal.valueOf(fields.text("cause")), fields.text("detail"));
                case "refusals" -> refusedMore(fields);
                case "administration" ->
                    new AuditRecord.Administered(
                            fields.has("permit") ? Optional.of(new AuditId(fields.number("permit"))) : Optional.empty(),
                            fields.text("change"),
                            fields.text("subject"),
                            fields.text("content"));
                case "start" -> new AuditRecord.Started(fields.text("program"), fields.texts("notes"));
                case "stop" -> new AuditRecord.Stopped();
                default -> throw new IOException("record " + sequence + " is of a kind this version lacks");
            };
            return new AuditRecord(sequence, Instant.parse(fields.text("time")), event);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IOException("record " + sequence + " holds a value this version lacks", e);
        }
    }

    private static void decided(Fields fields, AuditRecord.Decided d) {
        fields.put("who", d.actor().name())
                .put("certificate", d.actor().fingerprint())
                .put("aeTitle", d.actor().aeTitle())
                .put("address", d.actor().address())
                .put("purpose", d.purpose().name())
                .put("action", action(d.action()))
                .put("refused", d.refused().map(Enum::name))
                .put("until", d.until().map(Instant::toString));
    }

    private static AuditRecord.Decided decided(Fields fields) throws IOException {
        return new AuditRecord.Decided(
                new AuditRecord.Actor(
                        fields.text("who"),
                        fields.optional("certificate"),
                        fields.optional("aeTitle"),
                        fields.optional("address")),
                Purpose.valueOf(fields.text("purpose")),
                action(fields.fields("action")),
                fields.optional("refused").map(Decision.Reason::valueOf),
                fields.optional("until").map(Instant::parse));
    }

    private static Fields action(Action action) {
        Fields fields = new Fields();
        return switch (action) {
            case Action.Store(String source) -> fields.put("kind", "store").put("source", source);
            case Action.Query(String level, List<String> keys, Optional<String> reason) ->
                fields.put("kind", "query")
                        .put("level", level)
                        .put("keys", keys)
                        .put("reason", reason);
            case Action.Retrieve r ->
                fields.put("kind", "retrieve")
                        .put("patient", r.patientId())
                        .put("studies", texts(r.studies()))
                        .put("series", texts(r.series()))
                        .put("instances", texts(r.instances()))
                        .put("destination", r.destination())
                        .put("reason", r.reason());
            case Action.Administer(String command) ->
                fields.put("kind", "administer").put("command", command);
        };
    }

    private static Action action(Fields fields) throws IOException {
        String kind = fields.text("kind");
        return switch (kind) {
            case "store" -> new Action.Store(fields.text("source"));
            case "query" -> new Action.Query(fields.text("level"), fields.texts("keys"), fields.optional("reason"));
            case "retrieve" ->
                new Action.Retrieve(
                        fields.optional("patient"),
                        uids(fields.texts("studies")),
                        uids(fields.texts("series")),
                        uids(fields.texts("instances")),
                        fields.text("destination"),
                        fields.optional("reason"));
            case "administer" -> new Action.Administer(fields.text("command"));
            default -> throw new IOException("an action of a kind this version lacks");
        };
    }

    private static void refusedMore(Fields fields, AuditRecord.RefusedMore r) {
        Fields causes = new Fields();
        r.causes().forEach((cause, n) -> causes.put(cause.name(), n));
        fields.put("from", r.from().toString())
                .put("causes", causes)
                .put("addresses", counts(r.addresses()))
                .put("elsewhere", r.elsewhere());
    }

    private static AuditRecord.RefusedMore refusedMore(Fields fields) throws IOException {
        Map<Refusal, Long> causes = new EnumMap<>(Refusal.class);
        fields.fields("causes").numbers().forEach((name, n) -> causes.put(Refusal.valueOf(name), n));
        return new AuditRecord.RefusedMore(
                Instant.parse(fields.text("from")),
                causes,
                fields.fields("addresses").numbers(),
                fields.number("elsewhere"));
    }

    private static Fields counts(Map<String, Long> counts) {
        Fields fields = new Fields();
        counts.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(e -> fields.put(e.getKey(), e.getValue()));
        return fields;
    }

    private static List<String> texts(List<Uid> uids) {
        return uids.stream().map(Uid::value).toList();
    }

    private static List<Uid> uids(List<String> texts) throws IOException {
        List<Uid> uids = texts.stream().flatMap(t -> Uid.parse(t).stream()).toList();
        if (uids.size() < texts.size()) {
            throw new IOException("a text that is no UID stands among UIDs");
        }
        return uids;
    }
}
