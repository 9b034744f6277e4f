package org.strongroom.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.strongroom.archive.Level;
import org.strongroom.dicom.Attribute;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.Uids;
import org.strongroom.dimse.Association;
import org.strongroom.dimse.DimseRequest;
import org.strongroom.dimse.Matches;
import org.strongroom.dimse.Proposal;
import org.strongroom.dimse.Status;
import org.strongroom.gateway.BadIdentifier;
import org.strongroom.gateway.RetrieveBuilder;
import org.strongroom.gateway.Translated;
import org.strongroom.guard.Action;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * C-GET, PS3.4 annex C. What there is, is asked for by C-FIND first, since an instance comes only in a presentation
 * context of its own SOP class and transfer syntax: then one association for each series and class proposes that class in
 * every transfer syntax, each in a context of its own, so that each instance can come as it was stored.
 *
 * <p>SOP Class UID is an optional key (PS3.4 table C.6-5), and dcmqrscp does not answer it: then all storage classes are
 * proposed, as many at a time as contexts fit, until everything has come; first with native, then with encapsulated pixel
 * data, since it takes the first context of a class, whatever the transfer syntax.
 */
@Command(
        name = "get",
        description = "Fetch instances from a peer (C-GET), or without --to from this archive, as DICOM files.")
final class GetCommand extends KeysCommand {

    /** UIDs of 64 characters in one identifier: well below the 256 KiB that performers take. */
    private static final int UIDS_AT_ONCE = 1000;

    private static final int FAILED_NAMED = 20;

    /** That one retrieval by other keys than UIDs takes out of the archive itself. */
    private static final int MOST_STUDIES = 1000;

    /** Every one of PS3.6, each in a context of its own so that nothing is converted; Explicit VR Little Endian first. */
    private static final List<TransferSyntax> SYNTAXES = Stream.concat(
                    Stream.of(TransferSyntax.ExplicitVRLittleEndian),
                    Dictionary.standard().transferSyntaxes().stream().map(TransferSyntax::of))
            .distinct()
            .toList();

    /** DCMTK aborts where a context has 50 transfer syntaxes or more. */
    private static final int SYNTAXES_AT_ONCE = 40;

    /** In one context each: native ones first, then the encapsulated, where the short UIDs are the old and common ones. */
    private static final List<List<TransferSyntax>> ANY_SYNTAX = Stream.of(false, true)
            .map(encapsulated -> SYNTAXES.stream()
                    .filter(syntax -> syntax.encapsulated() == encapsulated)
                    .sorted(Comparator.comparingInt(syntax ->
                            syntax.encapsulated() ? syntax.uid().value().length() : 0))
                    .toList())
            .<List<TransferSyntax>>mapMulti((all, to) -> {
                for (int from = 0; from < all.size(); from += SYNTAXES_AT_ONCE) {
                    to.accept(all.subList(from, Math.min(all.size(), from + SYNTAXES_AT_ONCE)));
                }
            })
            .toList();

    /** For peers that don't tell the class: the short UIDs are the old and common ones. */
    private static final List<Uid> ANY_CLASS = Dictionary.standard().storageSopClasses().stream()
            .sorted(Comparator.comparingInt((Uid uid) -> uid.value().length()).thenComparing(Uid::value))
            .toList();

    /** A context each, and one for the query. */
    private static final int CLASSES_AT_ONCE = Proposal.MOST_CONTEXTS - 1;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "an empty folder; *.dcm is written")
    private String out = "";

    @Option(names = "--json", description = "print the report as JSON")
    private boolean json;

    GetCommand(Invocation invocation) {
        super(invocation);
    }

    /** Takes it out of the archive itself, as a person with a purpose. */
    @Override
    int local(OpenArchive archive) throws IOException {
        requireKeys();
        DataSet identifier = keys.identifier(Set.of());
        if (keys.level() == Level.STUDY
                && identifier.all(Attributes.StudyInstanceUID).isEmpty()) {
            identifier = studies(archive, identifier);
        }
        Action.Retrieve asked = switch (RetrieveBuilder.build(keys.informationModel(), identifier, "get")) {
            case Translated.Bad(BadIdentifier bad) -> throw Keys.failure(bad);
            case Translated.Ready(Action.Retrieve retrieve) -> retrieve;
        };
        Action.Retrieve action = new Action.Retrieve(
                asked.patientId(),
                asked.studies(),
                asked.series(),
                asked.instances(),
                asked.destination(),
                Optional.of(why.reason(archive.directory())));
        return new ExportFolder(invocation, invocation.path(out), Optional.empty(), json)
                .export(archive, why.purpose(archive.directory()), action);
    }

    /** Names the studies that other keys, such as PatientName, find. */
    private DataSet studies(OpenArchive archive, DataSet identifier) throws IOException {
        DataSet asked = identifier.withEmpty(Attributes.StudyInstanceUID.tag(), Attributes.StudyInstanceUID.vr());
        LocalQuery.Answers answers =
                new LocalQuery(archive, invocation, why).ask(keys.informationModel(), asked, MOST_STUDIES);
        List<Uid> uids = answers.matches().stream()
                .flatMap(match -> match.get(Attributes.StudyInstanceUID).stream())
                .toList();
        answers.requireRead();
        if (uids.isEmpty() || !answers.whole()) {
            throw new Failure(
                    uids.isEmpty()
                            ? "no study here has these keys"
                            : "more than " + MOST_STUDIES + " studies have these keys: narrow them");
        }
        return level(Level.STUDY).withAll(Attributes.StudyInstanceUID, uids);
    }

    private void requireKeys() {
        if (keys.isEmpty()) {
            throw Failure.misuse("which? for example: -k StudyInstanceUID=1.2.3");
        }
    }

    /** @param sopClass empty where the peer doesn't tell */
    private record Group(Uid study, Uid series, Optional<Uid> sopClass) {}

    private static final class Report {
        private int found;
        private int written;
        private long bytes;
        private final List<Uid> failed = new ArrayList<>();
        private final Set<Uid> received = new HashSet<>();
    }

    @Override
    int run(Line line) throws IOException {
        requireKeys();
        try (PlainFolder folder = PlainFolder.open(invocation.path(out))) {
            return fetch(line, folder);
        }
    }

    private int fetch(Line line, PlainFolder folder) throws IOException {
        Map<Group, List<Uid>> groups = look(line);
        Report report = new Report();
        groups.values().forEach(uids -> report.found += uids.size());
        if (report.found == 0) {
            throw new Failure(line.called() + " lists no instance for these keys to this caller");
        }
        try (Progress progress = new Progress(invocation, "fetching", report.found)) {
            for (Map.Entry<Group, List<Uid>> group : groups.entrySet()) {
                fetch(line, group.getKey(), group.getValue(), folder, report, progress);
            }
        }
        print(folder.path(), report);
        return report.written == report.found ? CommandLines.DONE : CommandLines.FAILED;
    }

    /** Study, series and image level by C-FIND, each below the one above as PS3.4 C.4.1.2.1 wants it. */
    private Map<Group, List<Uid>> look(Line line) throws IOException {
        // A patient's studies are asked for in the study root, whose study level has the patient's keys too (PS3.4
        // C.6.2.1.2).
        boolean patient = keys.level() == Level.PATIENT;
        Uid model = patient ? Uids.StudyRootQueryRetrieveInformationModelFind : keys.model(Keys.Service.FIND);
        Map<Group, List<Uid>> groups = new LinkedHashMap<>();
        try (Association association = associate(line, queryProposal(line, model))) {
            DataSet asked = keys.identifier(Set.of(Attributes.StudyInstanceUID.tag()));
            if (patient) {
                asked = asked.with(Attributes.QueryRetrieveLevel, Level.STUDY.name());
            }
            List<Uid> studies = named(asked, Attributes.StudyInstanceUID);
            for (Uid study :
                    studies.isEmpty() ? ask(association, model, asked, Attributes.StudyInstanceUID) : studies) {
                DataSet inStudy = level(Level.SERIES).with(Attributes.StudyInstanceUID, study);
                List<Uid> series = keys.level() == Level.SERIES || keys.level() == Level.IMAGE
                        ? named(asked, Attributes.SeriesInstanceUID)
                        : List.of();
                DataSet seriesKeys =
                        inStudy.withEmpty(Attributes.SeriesInstanceUID.tag(), Attributes.SeriesInstanceUID.vr());
                for (Uid one :
                        series.isEmpty() ? ask(association, model, seriesKeys, Attributes.SeriesInstanceUID) : series) {
                    images(association, model, study, one, groups, named(asked, Attributes.SOPInstanceUID));
                }
            }
        }
        return groups;
    }

    private static Proposal queryProposal(Line line, Uid model) {
        return line.proposal()
                .context(model, TransferSyntax.ExplicitVRLittleEndian, TransferSyntax.ImplicitVRLittleEndian);
    }

    private static List<Uid> named(DataSet asked, Attribute<Uid> attribute) {
        return asked.all(attribute);
    }

    private static DataSet level(Level level) {
        return DataSet.empty().with(Attributes.QueryRetrieveLevel, level.name());
    }

    private static List<Uid> ask(Association association, Uid model, DataSet asked, Attribute<Uid> wanted)
            throws IOException {
        List<Uid> found = new ArrayList<>();
        try (Matches matches = association.find(model, asked)) {
            for (DataSet match : matches) {
                match.get(wanted).ifPresent(found::add);
            }
            requireSuccess(matches);
        }
        return found;
    }

    private static void requireSuccess(Matches matches) {
        Optional<Status> status = matches.status().filter(one -> !one.isSuccess());
        if (status.isPresent()) {
            throw new Failure("the query before the retrieval was answered with " + text(status.get()));
        }
    }

    private static void images(
            Association association, Uid model, Uid study, Uid series, Map<Group, List<Uid>> groups, List<Uid> only)
            throws IOException {
        DataSet asked = level(Level.IMAGE)
                .with(Attributes.StudyInstanceUID, study)
                .with(Attributes.SeriesInstanceUID, series)
                .withAll(Attributes.SOPInstanceUID, only)
                .withEmpty(Attributes.SOPClassUID.tag(), Attributes.SOPClassUID.vr());
        try (Matches matches = association.find(model, asked)) {
            for (DataSet match : matches) {
                Optional<Uid> instance = match.get(Attributes.SOPInstanceUID);
                Optional<Uid> sopClass = match.get(Attributes.SOPClassUID);
                if (instance.isPresent()) {
                    groups.computeIfAbsent(new Group(study, series, sopClass), _ -> new ArrayList<>())
                            .add(instance.get());
                }
            }
            requireSuccess(matches);
        }
    }

    private void fetch(Line line, Group group, List<Uid> uids, PlainFolder folder, Report report, Progress progress)
            throws IOException {
        if (group.sopClass().isPresent()) {
            Proposal proposal = line.proposal();
            for (TransferSyntax syntax : SYNTAXES) {
                proposal = proposal.context(group.sopClass().get(), syntax);
            }
            Outcome outcome = fetch(
                    line, proposal.role(group.sopClass().get(), false, true), group, uids, folder, report, progress);
            report.failed.addAll(outcome.failed());
            outcome.refusal().ifPresent(status -> refuse(line, status));
            return;
        }
        List<Uid> missing = uids;
        Optional<Status> refusal = Optional.empty();
        for (List<TransferSyntax> syntaxes : ANY_SYNTAX) {
            for (int from = 0; from < ANY_CLASS.size() && !missing.isEmpty(); from += CLASSES_AT_ONCE) {
                Proposal proposal = line.proposal();
                for (Uid sopClass : ANY_CLASS.subList(from, Math.min(ANY_CLASS.size(), from + CLASSES_AT_ONCE))) {
                    proposal = proposal.context(sopClass, syntaxes).role(sopClass, false, true);
                }
                refusal = fetch(line, proposal, group, missing, folder, report, progress)
                        .refusal();
                missing = missing.stream()
                        .filter(uid -> !report.received.contains(uid))
                        .toList();
            }
        }
        report.failed.addAll(missing);
        if (missing.size() == uids.size()) {
            refusal.ifPresent(status -> refuse(line, status));
        }
    }

    private static void refuse(Line line, Status status) {
        throw new Failure(line.called() + " answered " + text(status));
    }

    /** @param refusal the status of a retrieval that failed as a whole */
    private record Outcome(List<Uid> failed, Optional<Status> refusal) {}

    /** Asks for instances over one association with the contexts for storage given. */
    private Outcome fetch(
            Line line,
            Proposal storage,
            Group group,
            List<Uid> uids,
            PlainFolder folder,
            Report report,
            Progress progress)
            throws IOException {
        Uid model = Uids.StudyRootQueryRetrieveInformationModelGet;
        Proposal proposal =
                storage.context(model, TransferSyntax.ExplicitVRLittleEndian, TransferSyntax.ImplicitVRLittleEndian);
        List<Uid> failed = new ArrayList<>();
        Optional<Status> refusal = Optional.empty();
        try (Association association = associate(line, proposal)) {
            for (int from = 0; from < uids.size() && refusal.isEmpty(); from += UIDS_AT_ONCE) {
                List<Uid> some = uids.subList(from, Math.min(uids.size(), from + UIDS_AT_ONCE));
                DataSet identifier = level(Level.IMAGE)
                        .with(Attributes.StudyInstanceUID, group.study())
                        .with(Attributes.SeriesInstanceUID, group.series())
                        .withAll(Attributes.SOPInstanceUID, some);
                Status status = association.get(
                        model,
                        identifier,
                        store -> {
                            Status answer = write(store, folder, report);
                            progress.at(report.written);
                            return answer;
                        },
                        Association.Progress.IGNORED);
                failed.addAll(status.failed());
                refusal = status.isSuccess() || !status.failed().isEmpty() ? Optional.empty() : Optional.of(status);
            }
        }
        return new Outcome(failed, refusal);
    }

    private Status write(DimseRequest.CStore store, PlainFolder folder, Report report) throws IOException {
        // Names are running numbers: nothing that came over the wire becomes part of a path.
        String name = String.format("%06d.dcm", report.written + 1);
        if (folder.has(name)) {
            throw new IOException(folder.path().resolve(name) + " is there already: name an empty folder with --out");
        }
        report.bytes += folder.write(name, file -> {
            file.write(Part10.header(store.sopClass(), store.sopInstance(), store.syntax(), Optional.empty()));
            store.body().transferTo(file);
        });
        report.written++;
        count("instances", report.written);
        count("bytes", report.bytes);
        report.received.add(store.sopInstance());
        return Status.SUCCESS;
    }

    private void print(Path folder, Report report) {
        if (json) {
            Map<String, Object> fields = new TreeMap<>();
            fields.put("folder", folder.toString());
            fields.put("found", report.found);
            fields.put("written", report.written);
            fields.put("bytes", report.bytes);
            fields.put("failed", report.failed.stream().map(Uid::value).toList());
            invocation.out().println(Json.text(fields));
            return;
        }
        invocation
                .out()
                .println("found " + report.found + ", written " + report.written + " (" + report.bytes
                        + " bytes), failed " + (report.found - report.written) + "; in " + folder);
        report.failed.stream()
                .limit(FAILED_NAMED)
                .forEach(uid -> invocation.err().println("not sent by the other side: SOP Instance " + uid.value()));
    }
}
