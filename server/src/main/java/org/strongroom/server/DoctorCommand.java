package org.strongroom.server;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Looks for what an operator should know or change. */
@Command(
        name = "doctor",
        description = "Check the archive: permissions, keys, certificates, listeners, exceptions, disk, that no"
                + " pack is missing, the audit log. Exit 1 on a failure.")
final class DoctorCommand extends ArchiveCommand {
    @Option(names = "--json", description = "print JSON")
    private boolean json;

    DoctorCommand(Invocation invocation) {
        super(invocation);
    }

    @Override
    public Integer call() throws IOException {
        Checkup checkup = new Checkup();
        DataDirectory directory;
        try {
            directory = directory();
        } catch (Failure e) {
            checkup.fail("configuration", String.valueOf(e.getMessage()), "name the archive's folder with --data DIR");
            return report(checkup);
        }
        if (invocation.running().isEmpty()) {
            checkup.files(directory);
            if (checkup.failed()) {
                return report(checkup);
            }
        }
        try {
            return super.call();
        } catch (Failure | IOException e) {
            checkup.fail("archive", Failure.describe(e), "put that right, then run doctor again");
            if (directory.isInitialised()) {
                checkup.packsUnopened(directory);
            }
            return report(checkup);
        }
    }

    @Override
    int run(OpenArchive archive) throws IOException {
        Checkup checkup = new Checkup();
        checkup.files(archive.directory());
        try {
            archive.check(
                    invocation.user(),
                    "doctor",
                    why -> checkup.fail("administrators", why, "put that right: nobody can do anything here now"),
                    () -> {
                        checkup.archive(archive, invocation.running().isPresent());
                        return checkup.failed() ? CommandLines.FAILED : CommandLines.DONE;
                    });
        } catch (Failure e) {
            checkup.fail("archive", String.valueOf(e.getMessage()), "put that right, then run doctor again");
        }
        return report(checkup);
    }

    private int report(Checkup checkup) {
        List<Checkup.Finding> findings = checkup.findings();
        if (json) {
            invocation
                    .out()
                    .println(Json.text(
                            findings.stream().map(DoctorCommand::fields).toList()));
        } else {
            for (Checkup.Finding finding : findings) {
                invocation
                        .out()
                        .println(String.format("%-5s", finding.state().name().toLowerCase(Locale.ROOT)) + finding.name()
                                + ": " + finding.text());
                if (!finding.fix().isEmpty()) {
                    invocation.out().println("       to do: " + finding.fix());
                }
            }
        }
        return checkup.failed() ? CommandLines.FAILED : CommandLines.DONE;
    }

    private static Map<String, Object> fields(Checkup.Finding finding) {
        Map<String, Object> fields = new TreeMap<>();
        fields.put("check", finding.name());
        fields.put("state", finding.state().name().toLowerCase(Locale.ROOT));
        fields.put("text", finding.text());
        fields.put("fix", finding.fix());
        return fields;
    }
}
