package org.strongroom.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.strongroom.archive.Level;
import org.strongroom.dicom.Attribute;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.Association;
import org.strongroom.dimse.Matches;
import org.strongroom.dimse.Octets;
import org.strongroom.dimse.Proposal;
import org.strongroom.dimse.Status;
import org.strongroom.dimse.UserInformation.ExtendedNegotiation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** C-FIND, PS3.4 annex C. */
@Command(name = "find", description = "Ask a peer (C-FIND), or without --to this archive, what it has.")
final class FindCommand extends KeysCommand {
    private static final Map<Level, List<Attribute<?>>> COLUMNS = Map.of(
            Level.PATIENT,
            List.of(Attributes.PatientName, Attributes.PatientID, Attributes.PatientBirthDate, Attributes.PatientSex),
            Level.STUDY,
            List.of(
                    Attributes.PatientName,
                    Attributes.PatientID,
                    Attributes.StudyDate,
                    Attributes.ModalitiesInStudy,
                    Attributes.StudyDescription,
                    Attributes.NumberOfStudyRelatedInstances,
                    Attributes.StudyInstanceUID),
            Level.SERIES,
            List.of(
                    Attributes.Modality,
                    Attributes.SeriesNumber,
                    Attributes.SeriesDescription,
                    Attributes.NumberOfSeriesRelatedInstances,
                    Attributes.SeriesInstanceUID),
            Level.IMAGE,
            List.of(Attributes.InstanceNumber, Attributes.SOPClassUID, Attributes.SOPInstanceUID));

    @Option(names = "--json", description = "print JSON: a list of objects, keyword to list of values")
    private boolean json;

    @Option(names = "--most", paramLabel = "N", description = "stop after so many answers (default: 1000)")
    private int most = 1000;

    @Option(
            names = "--relational",
            description = "ask without the unique keys of the levels above; fails where the peer does not do that")
    private boolean relational;

    FindCommand(Invocation invocation) {
        super(invocation);
    }

    private void checkMost() {
        if (most < 1) {
            throw Failure.misuse("--most " + most + " is less than 1");
        }
    }

    /** Asks the archive itself, as a person with a purpose. */
    @Override
    int local(OpenArchive archive) throws IOException {
        checkMost();
        Set<Tag> columns = columns();
        LocalQuery.Answers answers =
                new LocalQuery(archive, invocation, why).ask(keys.informationModel(), keys.identifier(columns), most);
        print(answers.matches(), List.copyOf(columns), !answers.whole());
        answers.requireRead();
        return CommandLines.DONE;
    }

    private Set<Tag> columns() {
        Set<Tag> columns = new LinkedHashSet<>();
        COLUMNS.getOrDefault(keys.level(), List.of()).forEach(attribute -> columns.add(attribute.tag()));
        columns.addAll(keys.tags());
        return columns;
    }

    @Override
    int run(Line line) throws IOException {
        checkMost();
        Set<Tag> columns = columns();
        Uid model = keys.model(Keys.Service.FIND);
        DataSet identifier = keys.identifier(columns);
        List<DataSet> answers = new ArrayList<>();
        Optional<Status> end;
        Proposal proposal = line.proposal()
                .context(model, TransferSyntax.ExplicitVRLittleEndian, TransferSyntax.ImplicitVRLittleEndian);
        if (relational) {
            proposal = proposal.extended(new ExtendedNegotiation(model, Octets.of(new byte[] {1})));
        }
        try (Association association = associate(line, proposal);
                Matches matches = find(association, line, model, identifier)) {
            Iterator<DataSet> each = matches.iterator();
            while (answers.size() < most && each.hasNext()) {
                answers.add(each.next());
                count("matches", answers.size());
            }
            end = matches.status();
        }
        boolean failed = end.isPresent() && !end.get().isSuccess();
        if (!failed || !answers.isEmpty()) {
            print(answers, List.copyOf(columns), end.isEmpty());
        }
        if (failed) {
            throw new Failure(line.called() + " answered " + text(end.get()));
        }
        return CommandLines.DONE;
    }

    /** A peer that did not agree would answer with A900 or, worse, with less than was asked for. */
    private Matches find(Association association, Line line, Uid model, DataSet identifier) throws IOException {
        boolean agreed = association.peer().extended().stream()
                .filter(answer -> answer.sopClass().equals(model))
                .anyMatch(answer -> answer.information().length() > 0
                        && answer.information().toArray()[0] == 1);
        if (relational && !agreed) {
            throw new Failure(line.called() + " has no relational queries: name the keys of the levels above");
        }
        return association.find(model, identifier);
    }

    private void print(List<DataSet> answers, List<Tag> columns, boolean cut) {
        if (json) {
            invocation
                    .out()
                    .println(Json.text(answers.stream().map(FindCommand::fields).toList()));
            if (cut) {
                invocation.err().println("there are more answers than these " + answers.size() + ": --most N");
            }
            return;
        }
        Table table = new Table(columns.stream().map(Keys::name).toArray(String[]::new));
        for (DataSet answer : answers) {
            table.add(columns.stream()
                    .map(tag -> String.join("\\", answer.text(tag)))
                    .toArray(String[]::new));
        }
        table.print(invocation.out());
        invocation
                .out()
                .println(answers.size()
                        + (answers.size() == 1 ? " answer" : " answers")
                        + (cut ? ", and there are more: --most N" : ""));
    }

    private static Map<String, List<String>> fields(DataSet answer) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        answer.tags().forEach(tag -> fields.put(Keys.name(tag), answer.text(tag)));
        return fields;
    }
}
