package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.strongroom.dicom.Attributes.*;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.strongroom.archive.BlindTokens.Kind;
import org.strongroom.dicom.DataSet;

class BlindTokensTest {
    private final BlindTokens tokens = new BlindTokens(Samples.KEYS);
    private final StudyTokens studies = new StudyTokens(tokens);

    @Test
    void a_token_is_the_beginning_of_an_hmac() throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Samples.KEYS.derive("index tokens 1"), "HmacSHA256"));
        byte[] text = "smith".getBytes(StandardCharsets.UTF_8);
        byte[] input = ByteBuffer.allocate(6 + text.length)
                .putInt(0x00100010)
                .put((byte) 2)
                .put((byte) 1)
                .put(text)
                .array();
        assertThat(tokens.token(PatientName.tag(), Kind.PREFIX, 1, "smith"))
                .isEqualTo(ByteBuffer.wrap(mac.doFinal(input)).getLong());
    }

    @Test
    void attribute_kind_part_value_and_key_each_make_another_token() {
        Set<Long> seen = new HashSet<>();
        assertThat(seen.add(tokens.token(PatientName.tag(), Kind.EXACT, "smith")))
                .isTrue();
        assertThat(seen.add(tokens.token(PatientID.tag(), Kind.EXACT, "smith"))).isTrue();
        assertThat(seen.add(tokens.token(PatientName.tag(), Kind.PREFIX, "smith")))
                .isTrue();
        assertThat(seen.add(tokens.token(PatientName.tag(), Kind.PREFIX, 1, "smith")))
                .isTrue();
        assertThat(seen.add(tokens.token(PatientName.tag(), Kind.EXACT, "smitt")))
                .isTrue();
        KeyDerivation other = label -> Samples.KEYS.derive(label + " of another");
        assertThat(seen.add(new BlindTokens(other).token(PatientName.tag(), Kind.EXACT, "smith")))
                .isTrue();
    }

    @Test
    void a_copy_makes_the_same_tokens() {
        assertThat(tokens.copy().token(PatientName.tag(), Kind.EXACT, "x".repeat(1000)))
                .isEqualTo(tokens.token(PatientName.tag(), Kind.EXACT, "x".repeat(1000)));
    }

    @Test
    void whatever_matches_has_the_tokens_that_are_looked_for() {
        List<String> names = List.of(
                "Smith^John",
                "Ng",
                "O",
                "van de Berg^Anna Maria^Q^Dr.^Jr.",
                "Müller-Lüdenscheidt^Ö",
                "Yamada^Tarou=山田^太郎=やまだ^たろう",
                "^^^",
                "Abercrombiewither^Zoë");
        List<String> patterns = List.of(
                "*",
                "S*",
                "Sm*",
                "SMITH^J*",
                "*ohn",
                "*TH^JO*",
                "?mith*",
                "S?ith^John",
                "Ng",
                "N?",
                "O*",
                "*de Ber*",
                "van*^anna*",
                "*^*^Q*",
                "Müller-L*",
                "*lüdensch*",
                "山*",
                "*太*",
                "*郎",
                "やまだ*",
                "Yamada*=山田*",
                "Abercrombiew*",
                "*wither^zoe",
                "*=*");
        for (String name : names) {
            DataSet study = DataSet.empty()
                    .recoded(org.strongroom.dicom.SpecificCharacterSet.UTF_8)
                    .withText(PatientName.tag(), PatientName.vr(), List.of(name));
            Set<Long> has = new HashSet<>();
            Arrays.stream(studies.of(study)).forEach(has::add);
            for (String pattern : patterns) {
                Match match = new Match.Wildcard(PatientName.tag(), pattern);
                if (Criterion.of(match, new QueryTurns(1).pace(() -> false)).matches(Values.of(study))) {
                    for (long[] any : studies.of(match)) {
                        assertThat(has)
                                .as(name + " ~ " + pattern)
                                .containsAnyElementsOf(
                                        Arrays.stream(any).boxed().toList());
                    }
                }
            }
        }
    }

    @Test
    void names_that_sound_alike_have_a_code_in_common() {
        assertThat(Phonetic.code("robert")).contains("r163").isEqualTo(Phonetic.code("rupert"));
        assertThat(Phonetic.code("tymczak")).contains("t522");
        assertThat(Phonetic.code("pfister")).contains("p236");
        assertThat(Phonetic.code("honeyman")).contains("h555");
        assertThat(Phonetic.code("ashcraft")).contains("a261");
        assertThat(Phonetic.code("lee")).contains("l000");
        assertThat(Phonetic.code("山田")).isEmpty();
    }
}
