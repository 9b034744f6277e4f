package org.strongroom.server;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.validate.Finding;
import org.strongroom.dicom.validate.Report;
import org.strongroom.dicom.validate.Severity;
import org.strongroom.dicom.validate.Validator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells how files differ from the standard. */
@Command(
        name = "validate",
        description = "Check DICOM files against the standard: file, encoding, values, and the modules of their kind.",
        footer = {
            "",
            "Ends with 0 if there are no errors (warnings and notes or not), 1 if there are, 2 if it was not understood.",
            "No value of a file is printed. Nothing of this keeps a file from being stored."
        },
        mixinStandardHelpOptions = true)
final class ValidateCommand implements Callable<Integer> {
    private final Invocation invocation;

    @Parameters(paramLabel = "FILE|FOLDER", arity = "1..*", description = "DICOM files, or folders of them")
    private List<String> paths = List.of();

    @Option(
            names = "--least",
            paramLabel = "SEVERITY",
            description = "error, warning or note: print findings from this on (default: note)")
    private Severity least = Severity.NOTE;

    @Option(names = "--json", description = "for programs: one JSON document")
    private boolean json;

    private final Map<Severity, Long> findings = new EnumMap<>(Severity.class);
    private long files;
    private long printed;
    private long filesWithErrors;

    ValidateCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        List<Path> roots = new ArrayList<>();
        boolean folders = false;
        for (String argument : paths) {
            Path path = invocation.path(argument);
            if (!Files.exists(path)) {
                throw Failure.misuse("no such file or folder: " + path);
            }
            folders |= Files.isDirectory(path);
            roots.add(path);
        }
        if (json) {
            invocation.out().print("{\"files\":[");
        }
        try (Progress progress = new Progress(invocation, "validated", 0)) {
            for (Path root : roots) {
                visit(root, progress);
            }
        }
        if (json) {
            invocation.out().println("],\n\"summary\":" + Json.text(summary()) + "}");
        } else if (folders || roots.size() > 1) {
            printSummary();
        }
        return filesWithErrors == 0 ? CommandLines.DONE : CommandLines.FAILED;
    }

    /** Links below a folder are not followed: they may lead out of it, or in circles. */
    private void visit(Path root, Progress progress) throws IOException {
        if (!Files.isDirectory(root)) {
            validate(root, progress);
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (invocation.cancelled().getAsBoolean()) {
                    return FileVisitResult.TERMINATE;
                }
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    try {
                        validate(file, progress);
                    } catch (AccessDeniedException e) {
                        unopened(e);
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                unopened(e);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private void validate(Path path, Progress progress) throws IOException {
        Report report;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 16)) {
            report = Validator.validate(in);
        }
        files++;
        printed++;
        filesWithErrors += report.hasErrors() ? 1 : 0;
        for (Severity severity : Severity.values()) {
            findings.merge(severity, report.count(severity), Long::sum);
        }
        if (json) {
            invocation.out().print((printed == 1 ? "\n" : ",\n") + Json.text(model(path, report)));
        } else {
            print(path, report);
        }
        progress.at(files);
    }

    /** One file that may not be opened does not end the look at a folder, but counts as an error. */
    private void unopened(IOException e) {
        invocation.err().println("strongroom validate: " + Failure.describe(e));
        files++;
        filesWithErrors++;
    }

    private void print(Path path, Report report) {
        invocation.out().println(Failure.oneLine(path.toString()) + ": " + title(report));
        for (Finding finding : report.findings()) {
            if (finding.severity().compareTo(least) <= 0) {
                print(finding);
            }
        }
        if (report.more() > 0) {
            invocation.out().println("  and " + report.more() + " more findings, not printed");
        }
    }

    private static String title(Report report) {
        String iod = report.iod().isEmpty() ? "" : report.iod() + ", ";
        return iod + counted(report.count(Severity.ERROR), "error") + ", "
                + counted(report.count(Severity.WARNING), "warning") + ", "
                + counted(report.count(Severity.NOTE), "note");
    }

    private void print(Finding finding) {
        String where = (finding.path() + " " + finding.keyword()).strip();
        String severity = String.format("  %-8s", name(finding.severity()));
        String places = finding.places() > 1 ? ", first of " + finding.places() + " places" : "";
        invocation.out().println(severity + (where.isEmpty() ? "" : where + ": ") + finding.message() + places);
        List<String> sources = new ArrayList<>();
        if (!finding.module().isEmpty()) {
            sources.add(finding.module());
        }
        if (!finding.rule().section().isEmpty()) {
            sources.add(finding.rule().section());
        }
        String source = sources.isEmpty() ? "" : " (" + String.join("; ", sources) + ")";
        invocation.out().println("          " + finding.rule().advice() + source);
    }

    private static Map<String, Object> model(Path path, Report report) {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("file", path.toString());
        model.put("sopClass", report.sopClass().map(Uid::value).orElse(""));
        model.put("iod", report.iod());
        model.put(
                "findings",
                report.findings().stream().map(ValidateCommand::model).toList());
        model.put("more", report.more());
        return model;
    }

    private static Map<String, Object> model(Finding finding) {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("severity", name(finding.severity()));
        model.put("rule", finding.rule().id());
        model.put("path", finding.path());
        model.put("keyword", finding.keyword());
        model.put("module", finding.module());
        model.put("message", finding.message());
        model.put("places", finding.places());
        model.put("section", finding.rule().section());
        model.put("advice", finding.rule().advice());
        return model;
    }

    private Map<String, Object> summary() {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("files", files);
        model.put("filesWithErrors", filesWithErrors);
        findings.forEach((severity, count) -> model.put(name(severity) + "s", count));
        return model;
    }

    private void printSummary() {
        invocation
                .out()
                .println(counted(files, "file") + ", " + filesWithErrors + " with errors; "
                        + counted(findings.getOrDefault(Severity.ERROR, 0L), "error") + ", "
                        + counted(findings.getOrDefault(Severity.WARNING, 0L), "warning") + ", "
                        + counted(findings.getOrDefault(Severity.NOTE, 0L), "note"));
    }

    private static String name(Severity severity) {
        return severity.name().toLowerCase(Locale.ROOT);
    }

    private static String counted(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
