package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.model.BulkSource;
import org.strongroom.dicom.model.DicomJsonReader;
import org.strongroom.dicom.model.NativeXmlReader;
import org.strongroom.dicom.model.ReadOptions;
import org.strongroom.testkit.Corpus;

/** What each command answers to bad input: one clear line, and a status that is not 0. */
class CommandsTest {
    @TempDir
    static Path folder = Path.of("");

    private record Run(int exit, String output) {}

    @BeforeAll
    static void make() throws Exception {
        Run init = run("init FOLDER/archive");
        assertThat(init.exit()).as(init.output()).isZero();
        Path whole = folder.resolve("archive");
        for (String copy :
                List.of("index-newer", "index-noise", "guard-newer", "no-keys", "no-data", "no-ca", "other-keys")) {
            copy(whole, folder.resolve(copy));
        }
        newer("index-newer/data/index.sqlite");
        newer("guard-newer/data/guard.sqlite");
        Files.writeString(folder.resolve("index-noise/data/index.sqlite"), "no database ".repeat(400));
        delete(folder.resolve("no-keys/keys"));
        delete(folder.resolve("no-data/data"));
        Files.writeString(folder.resolve("no-ca/keys/ca.pem"), "");
        assertThat(run("init FOLDER/second").exit()).isZero();
        delete(folder.resolve("other-keys/keys"));
        copy(folder.resolve("second/keys"), folder.resolve("other-keys/keys"));
        Files.writeString(
                folder.resolve("text"),
                "no DICOM file, and long enough not to be taken for one by its length\n".repeat(9));
    }

    private static void newer(String database) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve(database));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("PRAGMA user_version = 99");
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
                Files.setPosixFilePermissions(target, Files.getPosixFilePermissions(path));
            }
        }
    }

    private static void delete(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
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
                "device set",
                "device set CT1",
                "device set CT1 --charset X --no-charset",
                "demo --dicom-port x",
                "export --out FOLDER",
                "export --study 1.2",
                "import",
                "dump",
                "dump --longest x TEXT",
                "dicomdir",
                "dicomdir --list --check FOLDER",
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
                "demo --dicom-port 65536|2:not a port",
                "demo --dicom-port -1|2:not a port",
                "demo --data DATA|no demo",
                "device add CT/1 --aet CT1 --data DATA|device name",
                "device add CT1 --aet SEVENTEEN.LETTERS --data DATA|AE title",
                "device add CT1 --aet CT1 --data DATA --services fly|2:--services fly",
                "device add CT1 --aet CT1 --data DATA --address nowhere|2:HOST:PORT",
                "device add CT1 --aet CT1 --data DATA --address h:0|2:HOST:PORT",
                "device add CT1 --aet CT1 --data DATA --address ::1:104|2:HOST:PORT",
                "device add CT1 --aet STRONGROOM --data DATA|2:own AE title",
                "recover --data FOLDER/none|nothing to recover",
                "recover --data DATA --sheet TEXT|18 words",
                "device list --data FOLDER/other-keys|not those this archive was made with",
                "device add CT1 --aet CT1 --data DATA --address h:65536|2:HOST:PORT",
                "device add CT1 --aet CT1 --data DATA --trust TEXT|2:--address",
                "device add CT1 --aet CT1 --data DATA --clear-until 2099-01-01|2:--address",
                "device add CT1 --aet CT1 --data DATA --address h:1 --clear-until soon|2:not a date",
                "device add CT1 --aet CT1 --data DATA --address h:1 --clear-until 2001-01-01|past",
                "device add CT1 --aet CT1 --data DATA --address h:1 --clear-until 2099-01-01|more than a year",
                "device add CT1 --aet CT1 --data DATA --move-to NOBODY|no such device",
                "device add CT1 --aet CT1 --data DATA --out TEXT|exists already",
                "device list --data FOLDER/none|no archive",
                "device list --data FOLDER/index-newer|format 99, this version reads",
                "device list --data FOLDER/index-noise|index.sqlite is no index",
                "device list --data FOLDER/guard-newer|guard.sqlite: the identity database has format 99",
                "device list --data FOLDER/no-keys|keys is missing; bring it back from a backup",
                "device list --data FOLDER/no-data|data is missing; bring it back from a backup",
                "device list --data FOLDER/no-ca|ca.pem: no certificate in PEM format",
                "serve --config FOLDER/no-keys/strongroom.toml|keys is missing; bring it back",
                "serve --config FOLDER|FOLDER",
                "init TEXT|exists already",
                "demo --data TEXT|exists already",
                "demo --data TEXT/below|TEXT",
                "import TEXT --data TEXT|TEXT",
                "device revoke NOBODY --data DATA|no device named",
                "export --study 1.2.x --out FOLDER --data DATA|2:not a UID",
                "export --study 1.2.3 --out FOLDER --data DATA|2:--purpose",
                "export --study 1.2.3 --out FOLDER --data DATA --purpose FUN --reason x|2:none of",
                "export --study 1.2.3 --out FOLDER --data DATA --purpose TREAT --reason _|2:--reason",
                "export --study 1.2.3 --out FOLDER --data DATA --purpose TREAT --reason x|no such study",
                "import FOLDER/none --data DATA|no such file",
                "dump FOLDER/none|no such file",
                "dicomdir FOLDER/none|no folder",
                "dicomdir TEXT|no folder",
                "dicomdir --list FOLDER|no DICOMDIR in FOLDER",
                "dump --json FOLDER|for one whole file",
                "dump --tag Frobnicate TEXT|neither a keyword",
                "dump TEXT|TEXT",
                "dump --longest 1 TEXT|less than 4",
                "dump --longest-bulk -1 TEXT|less than 0",
                "dump --json --xml TEXT|one of them",
                "audit verify --data FOLDER/none|no archive",
                "echo --data DATA|2:whom",
                "echo --to demo --data DATA|no demo runs",
                "find --data DATA|2:--purpose",
                "find --data DATA --purpose HSYSADMIN --reason x|2:none of",
                "find -l series --data DATA --purpose TREAT --reason x|UID",
                "get -k StudyInstanceUID=1.2.3 --data DATA --out FOLDER/got|2:--purpose",
                "get -k StudyInstanceUID=1.2.3 --data DATA --out FOLDER/got --purpose TREAT --reason x|no such study",
                "get -k PatientName=A --data DATA --out FOLDER/got --purpose TREAT --reason x|no study here",
                "echo --to 127.0.0.1:x --data DATA|2:HOST:PORT",
                "echo --to 127.0.0.1:1 --data DATA|2:--key",
                "echo --to 127.0.0.1:1 --clear --aet SEVENTEEN.LETTERS|2:AE title",
                "echo --to 127.0.0.1:1 --key TEXT --cert TEXT --ca TEXT|TEXT",
                "echo --to NOBODY --data DATA|nor an enrolled device",
                "find --to 127.0.0.1:1 --clear -k Frobnicate=1|2:neither a keyword",
                "find --to 127.0.0.1:1 --clear -k Rows=abc|2:does not fit",
                "find --to 127.0.0.1:1 --clear --most 0|2:less than 1",
                "find --to 127.0.0.1:1 --clear|no connection",
                "get --to 127.0.0.1:1 --clear --out FOLDER/got|2:which",
                "move --to 127.0.0.1:1 --clear --to-aet X|2:which",
                "store --to 127.0.0.1:1 --clear FOLDER/none|no such file"
            })
    void what_cannot_be_done_is_said_in_one_line_and_by_status(String line, String expected) throws Exception {
        Run run = run(line);

        boolean misuse = expected.startsWith("2:");
        String said = misuse ? expected.substring(2) : expected;
        assertThat(run.exit()).as(run.output()).isEqualTo(misuse ? 2 : 1);
        List<String> lines = run.output()
                .strip()
                .lines()
                .filter(one -> !one.startsWith("NOT ENCRYPTED"))
                .toList();
        assertThat(lines).as(run.output()).hasSize(1);
        assertThat(lines.getFirst())
                .startsWith("strongroom " + line.split(" ", -1)[0])
                .contains(
                        said.replace("TEXT", folder.resolve("text").toString()).replace("FOLDER", folder.toString()))
                .doesNotContain("Exception");
    }

    @Test
    void keys_of_another_archive_are_refused_before_anything_is_written() throws Exception {
        Map<Path, String> before = content(folder.resolve("other-keys"));

        Run run = run("audit verify --data FOLDER/other-keys");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.output()).contains("not those this archive was made with");
        assertThat(content(folder.resolve("other-keys"))).isEqualTo(before);
    }

    private static Map<Path, String> content(Path root) throws IOException {
        Map<Path, String> content = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                content.put(file, Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return content;
    }

    @Test
    void a_device_whose_files_cannot_be_written_is_not_enrolled() throws Exception {
        assertThat(run("device add LOST --aet LOST --data DATA --out TEXT").exit())
                .isEqualTo(1);
        assertThat(run("device list --data DATA").output()).doesNotContain("LOST");
    }

    @Test
    void a_port_in_use_is_said_with_what_to_do() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Run run = run("demo --empty --data FOLDER/busy --dicom-port " + taken.getLocalPort());

            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.output().strip().lines()).as(run.output()).hasSize(1);
            assertThat(run.output())
                    .contains("127.0.0.1:" + taken.getLocalPort() + " (")
                    .contains("--dicom-port");
        }
    }

    @Test
    void each_malformed_file_is_dumped_or_refused_in_one_line_that_names_it_and_no_patient() throws Exception {
        Optional<Corpus> corpus = Corpus.find();
        assumeTrue(corpus.isPresent(), Corpus.ABSENT);
        int refused = 0;
        for (Corpus.Entry entry : corpus.get().entries("malformed")) {
            Path file = corpus.get().path(entry);
            refused += dumped(file) ? 0 : 1;
        }
        assertThat(refused).isGreaterThan(10);
    }

    @Test
    void a_file_cut_off_anywhere_is_dumped_or_refused_in_one_line_without_a_value() throws Exception {
        Synthetic instance = Synthetic.make(77, 1, 1, 64, new Random(1));
        byte[] head = Part10.header(instance.sopClass(), instance.sopInstance(), instance.syntax(), Optional.empty());
        byte[] whole = new byte[head.length + instance.bytes().length];
        System.arraycopy(head, 0, whole, 0, head.length);
        System.arraycopy(instance.bytes(), 0, whole, head.length, instance.bytes().length);
        Path file = folder.resolve("cut.dcm");
        for (int length = 0; length < whole.length; length += 3) {
            Files.write(file, Arrays.copyOf(whole, length));
            dumped(file);
        }
    }

    @Test
    void a_folder_is_dumped_file_by_file_and_what_is_no_dicom_file_is_told_in_its_place() throws Exception {
        Synthetic instance = Synthetic.make(77, 1, 1, 64, new Random(1));
        byte[] head = Part10.header(instance.sopClass(), instance.sopInstance(), instance.syntax(), Optional.empty());
        Path inside = Files.createDirectories(folder.resolve("some/deeper"));
        try (OutputStream out = Files.newOutputStream(inside.resolve("a.dcm"))) {
            out.write(head);
            out.write(instance.bytes());
        }

        Run whole = run("dump FOLDER/some");
        Files.writeString(inside.resolve("b.txt"), "no images here");
        Run some = run("dump --tag SOPInstanceUID FOLDER/some");

        assertThat(whole.exit()).as(whole.output()).isZero();
        assertThat(whole.output()).contains("PatientID", "SOPInstanceUID");
        assertThat(some.exit()).isEqualTo(1);
        assertThat(some.output())
                .contains("# " + inside.resolve("a.dcm"), "SOPInstanceUID", "# not read:", "1 of 2 files not read")
                .doesNotContain("PatientID");
    }

    @Test
    void a_dump_as_json_or_xml_is_the_data_set_with_long_values_by_their_places_in_the_file() throws Exception {
        Synthetic instance = Synthetic.make(77, 1, 1, 64, new Random(1));
        byte[] head = Part10.header(instance.sopClass(), instance.sopInstance(), instance.syntax(), Optional.empty());
        byte[] whole = Arrays.copyOf(head, head.length + instance.bytes().length);
        System.arraycopy(instance.bytes(), 0, whole, head.length, instance.bytes().length);
        Path file = Files.write(folder.resolve("whole.dcm"), whole);

        Run json = run("dump --json --longest-bulk 32 FOLDER/whole.dcm");
        Run xml = run("dump --xml --longest-bulk 32 FOLDER/whole.dcm");

        BulkSource fromFile = (path, vr, uri) -> {
            assertThat(uri).startsWith(file.toUri() + "#");
            String[] range = uri.substring(uri.indexOf('#') + 1).split(",", 2);
            int from = Integer.parseInt(range[0]);
            return Optional.of(new ByteArrayInputStream(whole, from, Integer.parseInt(range[1])));
        };
        ReadOptions options = ReadOptions.DEFAULT.withBulk(fromFile);
        assertThat(json.exit()).as(json.output()).isZero();
        assertThat(json.output()).contains("BulkDataURI").contains("\n  \"0008");
        assertThat(xml.exit()).as(xml.output()).isZero();
        DataSet ofJson =
                DicomJsonReader.read(new ByteArrayInputStream(json.output().getBytes(StandardCharsets.UTF_8)), options);
        DataSet ofXml =
                NativeXmlReader.read(new ByteArrayInputStream(xml.output().getBytes(StandardCharsets.UTF_8)), options);
        for (DataSet back : List.of(ofJson, ofXml)) {
            assertThat(back.toBytes(instance.syntax())).isEqualTo(instance.bytes());
        }
    }

    @Test
    void a_file_longer_than_memory_is_dumped_with_the_length_of_its_pixel_data() throws Exception {
        Path file = folder.resolve("long.dcm");
        byte[] start = DataSet.empty().with(Attributes.PatientID, "P").toBytes(TransferSyntax.ExplicitVRLittleEndian);
        long length = 3L << 30;
        ByteBuffer header = ByteBuffer.allocate(start.length + 12).order(ByteOrder.LITTLE_ENDIAN);
        header.put(start)
                .putInt(0x00107FE0)
                .put((byte) 'O')
                .put((byte) 'W')
                .putShort((short) 0)
                .putInt((int) length);
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.write(header.array());
            sparse.setLength(header.capacity() + length);
        }

        assertThat(run("dump FOLDER/long.dcm").output()).contains("(not read)", "# " + length, "PixelData");
        assertThat(run("dump --json FOLDER/long.dcm").output())
                .contains(file.toUri() + "#" + header.capacity() + "," + length);
    }

    /** Whether it was; if not, checks what was said. */
    private static boolean dumped(Path file) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        PrintStream out = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        Invocation invocation = new Invocation(out, err, folder, "tester", false, () -> false, Optional.empty());
        int exit = CommandLines.run(invocation, "dump", file.toString());
        String said = bytes.toString(StandardCharsets.UTF_8);
        if (exit == 0) {
            assertThat(said).isEmpty();
            return true;
        }
        assertThat(exit).isEqualTo(1);
        assertThat(said.strip().lines()).as(said).hasSize(1);
        assertThat(said).contains("" + file.getFileName()).doesNotContain("Exception", "internal error");
        assertThat(said.length()).as(said).isLessThan(400 + file.toString().length());
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        Matcher name = Pattern.compile("[A-Za-z]{2,}\\^[A-Za-z0-9]+").matcher(content);
        while (name.find()) {
            assertThat(said).doesNotContain(name.group());
        }
        return false;
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
