package org.strongroom.server;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.strongroom.guard.AuditVerifier;
import org.strongroom.guard.KeyRing;
import org.strongroom.guard.Verification;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The audit log. */
@Command(
        name = "audit",
        description = "Prove that the audit log is what was written.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class AuditCommand {
    /**
     * Inside the server where one runs, which writes down who verified. Else it reads files only, so that it changes
     * nothing and works where a damaged log keeps the archive from opening.
     */
    @Command(
            name = "verify",
            description = "Compute the Merkle tree anew and compare it with every signed head. Where no server runs,"
                    + " files are only read, and no record is made of that.")
    static final class Verify extends ArchiveCommand {
        @Option(names = "--json", description = "print JSON")
        private boolean json;

        Verify(Invocation invocation) {
            super(invocation);
        }

        @Override
        public Integer call() throws IOException {
            if (invocation.running().isPresent()) {
                return super.call();
            }
            DataDirectory directory = directory();
            directory.requirePrivateKeys();
            Optional<Integer> answered = forward(directory);
            return answered.isPresent() ? answered.get() : verify(directory);
        }

        @Override
        int run(OpenArchive archive) throws IOException {
            return archive.check(
                    invocation.user(),
                    "audit verify",
                    why -> invocation.err().println("not recorded: " + why),
                    () -> verify(archive.directory()));
        }

        private int verify(DataDirectory directory) throws IOException {
            KeyRing keys = KeyRing.open(directory.keys());
            if (Files.exists(directory.binding())) {
                keys.requireOwn(directory.binding());
            }
            Verification found = AuditVerifier.verify(directory.audit(), keys);
            if (json) {
                print(found);
            } else {
                invocation
                        .out()
                        .println((found.sound() ? "sound: " : "DAMAGED: ") + found.records() + " records, "
                                + found.headsChecked() + " signed heads compared, root " + found.root());
                found.signedAt()
                        .ifPresent(at ->
                                invocation.out().println("signed at " + at + " over " + found.signed() + " records"));
                found.notes().forEach(note -> invocation.out().println("note: " + note));
            }
            found.fault()
                    .ifPresent(fault -> invocation
                            .err()
                            .println("strongroom audit verify: " + fault
                                    + "; keep this folder as it is, and restore the log from a backup into another"));
            return found.sound() ? CommandLines.DONE : CommandLines.FAILED;
        }

        private void print(Verification found) {
            Map<String, Object> fields = new TreeMap<>();
            fields.put("sound", found.sound());
            fields.put("records", found.records());
            fields.put("headsChecked", found.headsChecked());
            fields.put("root", found.root());
            fields.put("signed", found.signed());
            found.signedAt().ifPresent(at -> fields.put("signedAt", at.toString()));
            found.fault().ifPresent(fault -> fields.put("fault", fault.toString()));
            fields.put("notes", found.notes());
            invocation.out().println(Json.text(fields));
        }
    }
}
