package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NameFoldingTest {
    private static void same(String... spellings) {
        for (String spelling : spellings) {
            assertThat(NameFolding.groups(spelling)).as(spelling).isEqualTo(NameFolding.groups(spellings[0]));
        }
    }

    private static void different(String one, String other) {
        assertThat(NameFolding.groups(one)).isNotEqualTo(NameFolding.groups(other));
    }

    @Test
    void case_and_accents_do_not_matter() {
        same("MULLER^JORG", "Müller^Jörg", "mu\u0308ller^jo\u0308rg");
        same("Weiß", "WEISS", "weiss");
        same("Łukasz^Żółć", "lukasz^zolc");
        same("Østergård", "OSTERGARD");
        same("Bjørn Æsir", "bjorn aesir");
        same("ΠΑΠΑΔΌΠΟΥΛΟΣ", "Παπαδόπουλος");
        same("Алёна", "АЛЕНА");
        same("İstanbullu", "istanbullu", "ıstanbullu");
        different("Muller", "Mueller");
    }

    @Test
    void width_does_not_matter() {
        same("ＳＭＩＴＨ＾Ａｎｎ".replace('＾', '^'), "Smith^Ann");
        same("ﾔﾏﾀﾞ", "ヤマダ", "やまだ");
        same("ﬁnn", "finn");
    }

    @Test
    void katakana_is_hiragana_but_voiced_marks_stay() {
        same("タロウ", "たろう");
        same("ヴィ", "ゔぃ");
        different("カ", "ガ");
        different("は", "ぱ");
    }

    @Test
    void points_of_hebrew_and_arabic_go_and_vowels_of_devanagari_stay() {
        same("שָׁלוֹם", "שלום");
        same("مُحَمَّد", "محمد");
        different("की", "क");
    }

    @Test
    void hangul_stays_whole() {
        assertThat(NameFolding.fold("홍길동")).isEqualTo("홍길동");
    }

    @Test
    void delimiters_without_content_mean_nothing_at_the_end() {
        same("Doe^John", "Doe^John^^^", "Doe^John^", " Doe ^ John ", "Doe^John==", "Doe^John^^^=^^=");
        same("Doe", "Doe^^^^");
        same("De  la   Cruz", "De la Cruz");
        different("Doe^^John", "Doe^John");
        different("Doe^John", "John^Doe");
    }

    @Test
    void groups_are_kept_apart() {
        assertThat(NameFolding.groups("Yamada^Tarou=山田^太郎=やまだ^たろう"))
                .containsExactly("yamada^tarou", "山田^太郎", "やまだ^たろう");
        assertThat(NameFolding.groups("=山田^太郎")).isEqualTo(List.of("", "山田^太郎"));
        assertThat(NameFolding.groups("")).isEmpty();
        assertThat(NameFolding.groups("^^=^")).isEmpty();
    }

    @Test
    void wild_cards_come_through() {
        assertThat(NameFolding.groups("MÜL*^J?RG*")).containsExactly("mul*^j?rg*");
    }

    @Test
    void folding_twice_changes_nothing() {
        Random random = new Random(Samples.seed("folding_twice_changes_nothing"));
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = random.nextInt(12); j >= 0; j--) {
                text.appendCodePoint(
                        random.nextInt(3) == 0 ? random.nextInt(0x20, 0x3100) : random.nextInt(0x20, 0x180));
            }
            String once = NameFolding.fold(text.toString());
            assertThat(NameFolding.fold(once)).as(() -> escaped(text)).isEqualTo(once);
        }
    }

    private static String escaped(CharSequence text) {
        StringBuilder out = new StringBuilder();
        text.chars().forEach(c -> out.append("\\u%04X".formatted(c)));
        return out.toString();
    }
}
