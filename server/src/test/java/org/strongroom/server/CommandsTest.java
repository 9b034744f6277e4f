package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each command answers to bad input: one clear line, and a status that is not 0. */
class CommandsTest {
    @TempDir
    static Path folder = Path.of("");

    private record Run(int exit, String output) {}

    @BeforeAll
    static void make() throws Exception {
        Run init = run("init FOLDER/archive");
        assertThat(init.exit()).as(init.output()).isZero();
        Files.writeString(
                folder.resolve("text"),
                "no DICOM file, and long enough not to be taken for one by its length\n".repeat(9));
    }

    /** Runs a command line in this process; {@code _} stands for a blank within a word. */
    private static Run run(String line) {
        List<String> arguments = new ArrayList<>();
        for (String word : line.split(" ", -1)) {
            arguments.add(word.replace("DATA", folder.resolve("archive").toString())
                    .replace("TEXT", folder.resolve("text").toString())
                    .replace('_', ' ')
                    .replace("FOLDER", folder.toString()));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        Invocation invocation = new Invocation(out, out, folder, "tester", false, () -> false, Optional.empty());
        int exit = CommandLines.run(invocation, arguments.toArray(String[]::new));
        return new Run(exit, bytes.toString(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "frobnicate",
                "serve",
                "serve --config",
                "serve --conifg x",
                "init",
                "init a b",
                "device",
                "device add",
                "device add CT1",
                "device add CT1 --aet",
                "device revoke",
                "demo --dicom-port x",
                "export --out FOLDER",
                "export --study 1.2",
                "import",
                "dump",
                "dump --longest x TEXT",
                "move -k StudyInstanceUID=1",
                "get -k StudyInstanceUID=1",
                "find -l planet",
                "audit",
                "store"
            })
    void what_is_not_understood_is_one_line_and_status_2(String line) throws Exception {
        Run run = run(line);

        assertThat(run.exit()).as(run.output()).isEqualTo(2);
        assertThat(run.output().strip().lines()).as(run.output()).hasSize(1);
        assertThat(run.output()).contains("--help");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "serve --config FOLDER/none.toml|no such file",
                "serve --config TEXT|not TOML",
                "init FOLDER|not empty",
                "demo --dicom-port 65536|not a port",
                "demo --dicom-port -1|not a port",
                "demo --data DATA|no demo",
                "device add CT/1 --aet CT1 --data DATA|device name",
                "device add CT1 --aet SEVENTEEN.LETTERS --data DATA|AE title",
                "device add CT1 --aet CT1 --data DATA --services fly|--services fly",
                "device add CT1 --aet CT1 --data DATA --address nowhere|HOST:PORT",
                "device add CT1 --aet CT1 --data DATA --address h:0|HOST:PORT",
                "device add CT1 --aet CT1 --data DATA --address h:65536|HOST:PORT",
                "device add CT1 --aet CT1 --data DATA --trust TEXT|--address",
                "device add CT1 --aet CT1 --data DATA --clear-until 2099-01-01|--address",
                "device add CT1 --aet CT1 --data DATA --address h:1 --clear-until soon|not a date",
                "device add CT1 --aet CT1 --data DATA --address h:1 --clear-until 2001-01-01|past",
                "device add CT1 --aet CT1 --data DATA --move-to NOBODY|no such device",
                "device list --data FOLDER/none|no archive",
                "device revoke NOBODY --data DATA|no device named",
                "export --study 1.2.x --out FOLDER --data DATA|not a UID",
                "export --study 1.2.3 --out FOLDER --data DATA|--purpose",
                "export --study 1.2.3 --out FOLDER --data DATA --purpose FUN --reason x|none of",
                "export --study 1.2.3 --out FOLDER --data DATA --purpose TREAT --reason _|--reason",
                "export --study 1.2.3 --out FOLDER --data DATA --purpose TREAT --reason x|no such study",
                "import FOLDER/none --data DATA|no such file",
                "dump FOLDER/none|no such file",
                "dump FOLDER|a folder",
                "dump TEXT|DICOM",
                "dump --longest 1 TEXT|less than 4",
                "audit verify --data FOLDER/none|no archive",
                "echo --data DATA|whom",
                "echo --to demo --data DATA|no demo runs",
                "find --data DATA|--purpose",
                "find --data DATA --purpose HSYSADMIN --reason x|a purpose",
                "find -l series --data DATA --purpose TREAT --reason x|UID",
                "get -k StudyInstanceUID=1.2.3 --data DATA --out FOLDER/got|--purpose",
                "get -k StudyInstanceUID=1.2.3 --data DATA --out FOLDER/got --purpose TREAT --reason x|no such study",
                "get -k PatientName=A --data DATA --out FOLDER/got --purpose TREAT --reason x|UID",
                "echo --to 127.0.0.1:x --data DATA|HOST:PORT",
                "echo --to 127.0.0.1:1 --data DATA|--key",
                "echo --to 127.0.0.1:1 --clear --aet SEVENTEEN.LETTERS|AE title",
                "echo --to 127.0.0.1:1 --key TEXT --cert TEXT --ca TEXT|TEXT",
                "echo --to NOBODY --data DATA|nor an enrolled device",
                "find --to 127.0.0.1:1 --clear -k Frobnicate=1|neither a keyword",
                "find --to 127.0.0.1:1 --clear -k Rows=abc|does not fit",
                "get --to 127.0.0.1:1 --clear --out FOLDER/got|which",
                "move --to 127.0.0.1:1 --clear --to-aet X|which",
                "store --to 127.0.0.1:1 --clear FOLDER/none|no such file"
            })
    void what_cannot_be_done_is_said_in_one_line_and_status_1(String line, String said) throws Exception {
        Run run = run(line);

        assertThat(run.exit()).as(run.output()).isEqualTo(1);
        List<String> lines = run.output()
                .strip()
                .lines()
                .filter(one -> !one.startsWith("NOT ENCRYPTED"))
                .toList();
        assertThat(lines).as(run.output()).hasSize(1);
        assertThat(lines.getFirst())
                .startsWith("strongroom " + line.split(" ", -1)[0])
                .contains(said.replace("TEXT", folder.resolve("text").toString()))
                .doesNotContain("Exception");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "demo",
                "init",
                "serve",
                "device",
                "device add",
                "device list",
                "device revoke",
                "echo",
                "store",
                "find",
                "get",
                "move",
                "import",
                "export",
                "dump",
                "audit",
                "audit verify",
                "doctor"
            })
    void every_command_has_help(String command) throws Exception {
        Run run = run((command + " --help").strip());

        assertThat(run.exit()).isZero();
        assertThat(run.output()).startsWith("Usage: strongroom" + (command.isEmpty() ? "" : " " + command));
    }
}
