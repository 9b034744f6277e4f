import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes the resource of org.strongroom.dicom.deidentify from the table of PS3.15 annex E; run by hand when the table changes:
 *
 * <pre>java tools/GenerateConfidentiality.java FOLDER_OF_THE_STANDARDS_TABLES</pre>
 *
 * <p>A line is: tag (8 hexadecimal digits, x where any digit may stand), action of the basic profile, then a letter for
 * each option's column in the order of the table, - where it is empty. The row of all private attributes is left out:
 * code treats them.
 */
final class GenerateConfidentiality {
    private static final String INTO =
            "dicom/src/main/resources/org/strongroom/dicom/deidentify/confidentiality-profile.txt";
    private static final List<String> COLUMNS = List.of(
            "cleanDescOpt",
            "cleanStructContOpt",
            "rtnLongFullDatesOpt",
            "rtnLongModifDatesOpt",
            "rtnUIDsOpt",
            "rtnPatCharsOpt",
            "rtnDevIdOpt",
            "rtnInstIdOpt",
            "cleanGraphOpt",
            "rtnSafePrivOpt");

    private GenerateConfidentiality() {}

    public static void main(String[] arguments) throws IOException {
        List<String> rows =
                Files.readAllLines(Path.of(arguments[0]).resolve("confidentiality-profile-ps3.15-annex-e.tsv"));
        List<String> header = List.of(rows.getFirst().split("\t", -1));
        if (!header.subList(4, header.size()).equals(COLUMNS)) {
            throw new IllegalStateException("other columns than expected: " + header);
        }
        StringBuilder text = new StringBuilder();
        for (String row : rows.subList(1, rows.size())) {
            String[] fields = row.split("\t", -1);
            if (fields[0].startsWith("(")) {
                continue;
            }
            StringBuilder options = new StringBuilder();
            for (int column = 4; column < header.size(); column++) {
                options.append(fields[column].isEmpty() ? "-" : fields[column]);
            }
            if (options.length() != COLUMNS.size() || !fields[0].matches("[0-9A-Fx]{8}")) {
                throw new IllegalStateException("a row of another form: " + row);
            }
            text.append(fields[0]).append('\t').append(fields[3]).append('\t').append(options).append('\n');
        }
        Files.writeString(Path.of(INTO), text);
    }
}
