package org.strongroom.survey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ScopeTest {
    @TempDir
    private Path folder;

    @Test
    void comes_back_as_it_was_written() throws IOException {
        Scope scope = Scopes.of("127.0.0.0/28,::1/128", "127.0.0.3/32", "104,11112-11120");
        Path file = folder.resolve("scope.json");
        ScopeFile.write(scope, file);
        assertThat(ScopeFile.read(file).scope()).isEqualTo(scope);
        assertThat(ScopeFile.read(file).sha256()).matches("[0-9a-f]{64}");
    }

    @Test
    void an_existing_file_is_not_overwritten() throws IOException {
        Path file = folder.resolve("scope.json");
        ScopeFile.write(Scopes.of("127.0.0.1", "104"), file);
        assertThatThrownBy(() -> ScopeFile.write(Scopes.of("127.0.0.2", "104"), file))
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            "format" : 1             | "format" : 2               | format 2 is not known
            "owner"                  | "ovner"                    | field "ovner" is not known
            "countCap" : 10000       | "countCap" : "10000"       | countCap must be a whole number
            "countCap" : 10000       | "countCap" : 0             | countCap: 0 is not between 1 and 1000000
            "countCap" : 10000       | "countCap" : 99999999999   | countCap must be a whole number
            "countCap" : 10000       | "owner" : "x", "countCap":1| not JSON that can be read
            "perHostPerSecond" : 20  | "perHostPerSecond" : 21    | rates.perHostPerSecond: 21
            "perSecond" : 20000      | "perSecond" : 20001        | rates.perSecond: 20001
            127.0.0.0/28             | 10.0.0.0/28                | not loopback; this version surveys only
            127.0.0.0/28             | 0.0.0.0/0                  | not loopback
            127.0.0.0/28             | 127.0.0.0/19               | a second person must approve
            127.0.0.0/28             | pacs.example               | not an address
            2026-12-21               | 2026-11-20                 | lies before validFrom
            2026-12-21               | 2027-11-23                 | lies more than 366 days
            2026-12-21               | 21.12.2026                 | write a day as
            Clinic North"            | "                          | owner: 1 to 1000 characters
            STRONGSURVEY             | STRONGSURVEYSTRONGSURVEY   | an AE title has 1 to 16
            "DCM4CHEE"               | "DCM4CHEE", "A"            | one to three
            "104"                    | 104                        | ports must be a text
            "excluded" : [ ]         | "excluded" : "127.0.0.1"   | excluded must be a list
            "format" : 1,            | ~~                         | field "format" is missing
            """)
    void what_is_wrong_in_a_file_is_named(String valid, String wrong, String message) throws IOException {
        Path file = folder.resolve("scope.json");
        ScopeFile.write(Scopes.of("127.0.0.0/28", "104"), file);
        String text = Files.readString(file);
        assertThat(text).contains(valid);
        Files.writeString(file, text.replace(valid, wrong));
        assertThatThrownBy(() -> ScopeFile.read(file))
                .isInstanceOf(ScopeRefusedException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "~~|must be a JSON object",
                "[]|must be a JSON object",
                "{|not JSON",
                "{} {}|not JSON",
                "nul|not JSON"
            })
    void what_is_no_scope_at_all_is_refused(String text, String message) throws IOException {
        Path file = folder.resolve("scope.json");
        Files.writeString(file, text);
        assertThatThrownBy(() -> ScopeFile.read(file))
                .isInstanceOf(ScopeRefusedException.class)
                .hasMessageContaining(message);
    }

    @Test
    void a_file_that_is_not_there_is_refused() {
        assertThatThrownBy(() -> ScopeFile.read(folder.resolve("none.json")))
                .isInstanceOf(ScopeRefusedException.class)
                .hasMessageContaining("no such file");
    }

    @Test
    void is_valid_from_its_first_day_to_its_last() {
        Scope scope = Scopes.of("127.0.0.1", "104");
        scope.checkDay(scope.validFrom());
        scope.checkDay(scope.validUntil());
        assertThatThrownBy(() -> scope.checkDay(scope.validFrom().minusDays(1)))
                .isInstanceOf(ScopeRefusedException.class)
                .hasMessageContaining("begins on 2026-11-21");
        assertThatThrownBy(() -> scope.checkDay(scope.validUntil().plusDays(1)))
                .isInstanceOf(ScopeRefusedException.class)
                .hasMessageContaining("ended on 2026-12-21");
    }

    @Test
    void an_excluded_address_is_never_allowed() {
        Scope scope = Scopes.of("127.0.0.0/30", "127.0.0.2/31", "104");
        assertThat(scope.allows(Target.parse("127.0.0.1:104"))).isTrue();
        assertThat(scope.allows(Target.parse("127.0.0.2:104"))).isFalse();
        assertThat(scope.allows(Target.parse("127.0.0.1:105"))).isFalse();
        assertThat(scope.allows(Target.parse("127.0.0.4:104"))).isFalse();
        assertThat(scope.addresses()).hasSize(2);
    }

    @Test
    void addresses_of_overlapping_networks_come_once() {
        assertThat(Scopes.of("127.0.0.0/30,127.0.0.2/32", "104").addresses()).hasSize(4);
    }
}
