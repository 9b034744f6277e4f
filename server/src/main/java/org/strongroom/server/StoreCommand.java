package org.strongroom.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.Uids;
import org.strongroom.dimse.Association;
import org.strongroom.dimse.Instance;
import org.strongroom.dimse.Proposal;
import org.strongroom.dimse.Status;
import org.strongroom.dimse.Stores;
import org.strongroom.dimse.UserInformation.AsyncWindow;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** C-STORE, PS3.4 annex B: each file in its own transfer syntax, byte for byte. */
@Command(name = "store", description = "Send files to a peer (C-STORE), each in its own transfer syntax.")
final class StoreCommand extends PeerCommand {
    /** Where SOP Class and SOP Instance UID stand. */
    private static final int HEAD_BYTES = 1 << 20;

    @Parameters(paramLabel = "PATH", arity = "1..*", description = "folder, zip, DICOMDIR or file")
    private List<String> paths = List.of();

    @Option(names = "--json", description = "print the report as JSON")
    private boolean json;

    @Option(
            names = "--window",
            paramLabel = "N",
            description =
                    "send up to N before the first is answered, where the peer agrees (default: ${DEFAULT-VALUE})")
    private int window = 16;

    private static final int ITEMS_AT_ONCE = 10_000;
    private static final int MOST_BREAKS = 3;
    private static final int MOST_OUTSTANDING = 64;
    private static final int MOST_REASONS = 1000;

    StoreCommand(Invocation invocation) {
        super(invocation);
    }

    /** A file as an instance to send: its data set is read when the network takes it. */
    private record Item(ImportSources.Source source, Uid sopClass, Uid sopInstance, TransferSyntax syntax)
            implements Instance {
        @Override
        public void writeTo(OutputStream out) throws IOException {
            try (InputStream in = source.open()) {
                Part10.open(in, Limits.DEFAULT).body().transferTo(out);
            }
        }
    }

    private record Context(Uid sopClass, TransferSyntax syntax) {}

    private static final class Report {
        private long found;
        private long sent;
        private long refusals;
        private int warned;
        private int directories;
        private int breaks;

        /** An association ended with several on their way: until it is known which it was, one goes at a time. */
        private boolean oneByOne;

        private final Map<String, String> refused = new LinkedHashMap<>();

        void refuse(String file, String why) {
            refusals++;
            if (refused.size() < MOST_REASONS) {
                refused.put(file, why);
            }
        }

        void answered(Item item, Status status) {
            breaks = 0;
            if (status.isSuccess() || status.isWarning()) {
                sent++;
                warned += status.isWarning() ? 1 : 0;
            } else {
                refuse(item.source().name(), text(status));
            }
        }

        /** The association ended with this item: the rest goes over another, unless that happens again and again. */
        void broken(Item item, IOException e) {
            String why = Failure.describe(e);
            refuse(item.source().name(), why);
            breaks++;
            oneByOne = false;
            if (breaks == MOST_BREAKS) {
                throw new Failure("the association broke " + breaks + " times in a row, at last with "
                        + item.source().name() + ": " + why + "; sent " + sent + " of " + found);
            }
        }
    }

    @Override
    int run(Line line) throws IOException {
        List<Path> places = paths.stream().map(invocation::path).toList();
        Report report = new Report();
        try (ImportSources sources = ImportSources.of(places)) {
            report.found = sources.size();
            try (Progress progress = new Progress(invocation, "sending", sources.size())) {
                for (List<Item> items = some(sources, report); !items.isEmpty(); items = some(sources, report)) {
                    while (!items.isEmpty()) {
                        items = send(line, items, report, progress);
                    }
                }
            }
        }
        print(line, report);
        return report.refusals == 0 ? CommandLines.DONE : CommandLines.FAILED;
    }

    /** The next ones that can be sent, empty at the end; not all at once, since a medium may hold any number. */
    private static List<Item> some(ImportSources sources, Report report) throws IOException {
        List<Item> items = new ArrayList<>();
        while (items.size() < ITEMS_AT_ONCE) {
            Optional<ImportSources.Source> source = sources.next();
            if (source.isEmpty()) {
                break;
            }
            item(source.get(), report).ifPresent(items::add);
        }
        return items;
    }

    private static Optional<Item> item(ImportSources.Source source, Report report) {
        try (InputStream in = source.open()) {
            Part10 file = Part10.open(in, Limits.DEFAULT);
            DataSet named = file.meta();
            if (named.get(Attributes.MediaStorageSOPClassUID)
                    .filter(Uids.MediaStorageDirectoryStorage::equals)
                    .isPresent()) {
                report.directories++;
                return Optional.empty();
            }
            // The data set's own UIDs: archives refuse an instance whose data set isn't what the request names.
            byte[] bytes = file.body().readNBytes(HEAD_BYTES);
            DataSet head = DataSet.readHead(
                            bytes, bytes.length, bytes.length < HEAD_BYTES, file.syntax(), Limits.DEFAULT)
                    .map(DataSet.Head::elements)
                    .orElse(DataSet.empty());
            Optional<Uid> sopClass =
                    head.get(Attributes.SOPClassUID).or(() -> named.get(Attributes.MediaStorageSOPClassUID));
            Optional<Uid> sopInstance =
                    head.get(Attributes.SOPInstanceUID).or(() -> named.get(Attributes.MediaStorageSOPInstanceUID));
            if (sopClass.isEmpty() || sopInstance.isEmpty()) {
                report.refuse(source.name(), "no SOP Class UID or SOP Instance UID in it");
                return Optional.empty();
            }
            return Optional.of(new Item(source, sopClass.get(), sopInstance.get(), file.syntax()));
        } catch (DicomFormatException | IOException e) {
            report.refuse(source.name(), Failure.describe(e));
            return Optional.empty();
        }
    }

    /** Sends what fits the presentation contexts of one association, as long as it lasts; returns the rest. */
    private List<Item> send(Line line, List<Item> items, Report report, Progress progress) throws IOException {
        Map<Context, Boolean> contexts = new LinkedHashMap<>();
        List<Item> now = new ArrayList<>();
        List<Item> later = new ArrayList<>();
        for (Item item : items) {
            Context context = new Context(item.sopClass(), item.syntax());
            if (contexts.containsKey(context) || contexts.size() < Proposal.MOST_CONTEXTS) {
                contexts.put(context, true);
                now.add(item);
            } else {
                later.add(item);
            }
        }
        Proposal proposal = line.proposal();
        for (Context context : contexts.keySet()) {
            proposal = proposal.context(context.sopClass(), context.syntax());
        }
        if (window > 1 && !report.oneByOne) {
            proposal = proposal.asyncWindow(new AsyncWindow(Math.min(window, MOST_OUTSTANDING), 1));
        }
        List<Item> rest = send(line, proposal, now, report, progress);
        rest.addAll(later);
        return rest;
    }

    /** Sends over one association; returns what it did not come to. */
    private List<Item> send(Line line, Proposal proposal, List<Item> items, Report report, Progress progress)
            throws IOException {
        int next = 0;
        try (Association association = associate(line, proposal)) {
            Stores<Item> stores = association.stores((item, status) -> {
                report.answered(item, status);
                count("instances", report.sent);
                progress.at(report.sent + report.refusals);
            });
            Optional<Item> current = Optional.empty();
            try {
                while (next < items.size()) {
                    if (invocation.cancelled().getAsBoolean()) {
                        stores.finish();
                        throw new Failure("stopped after " + report.sent + " of " + report.found + " files");
                    }
                    current = Optional.of(items.get(next++));
                    stores.send(current.get());
                    if (report.oneByOne) {
                        stores.finish();
                    }
                }
                current = Optional.empty();
                stores.finish();
            } catch (IOException e) {
                return broken(report, stores, current, items.subList(next, items.size()), association.hasEnded(), e);
            }
        }
        return new ArrayList<>();
    }

    /**
     * What is left after one could not be sent. Where several had no answer yet it is not known which the peer choked on:
     * they go again one by one, the same bytes under the same UID.
     */
    private static List<Item> broken(
            Report report, Stores<Item> stores, Optional<Item> current, List<Item> left, boolean ended, IOException e)
            throws IOException {
        List<Item> unknown = new ArrayList<>(stores.outstanding());
        if (!ended && current.isPresent()) {
            // It can't be read; those before it will be answered.
            stores.finish();
            report.broken(current.get(), e);
            return new ArrayList<>(left);
        }
        current.filter(item -> !unknown.contains(item)).ifPresent(unknown::add);
        List<Item> rest = new ArrayList<>();
        if (unknown.size() > 1) {
            report.oneByOne = true;
            rest.addAll(unknown);
        } else {
            unknown.forEach(item -> report.broken(item, e));
        }
        rest.addAll(left);
        return rest;
    }

    private void print(Line line, Report report) {
        if (json) {
            Map<String, Object> fields = new TreeMap<>();
            fields.put("found", report.found);
            fields.put("sent", report.sent);
            fields.put("warnings", report.warned);
            fields.put("directories", report.directories);
            fields.put("refused", report.refused);
            invocation.out().println(Json.text(fields));
            return;
        }
        report.refused.forEach((file, why) -> invocation.err().println("refused " + file + ": " + why));
        if (report.refusals > report.refused.size()) {
            invocation.err().println("and " + (report.refusals - report.refused.size()) + " more");
        }
        invocation
                .out()
                .println(line.called() + ": found " + report.found + ", sent " + report.sent
                        + (report.warned > 0 ? " (" + report.warned + " with a warning)" : "")
                        + (report.directories > 0 ? ", directories " + report.directories : "")
                        + ", refused " + report.refusals);
    }
}
