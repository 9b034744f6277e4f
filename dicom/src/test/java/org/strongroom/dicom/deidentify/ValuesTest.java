package org.strongroom.dicom.deidentify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.VR;

/** What takes the place of dates, ages, names and UIDs, in one instance and across several. */
class ValuesTest {
    private static final Tag STUDY_DATE = new Tag(0x00080020);
    private static final Tag STUDY_TIME = new Tag(0x00080030);
    private static final Tag ACQUISITION = new Tag(0x0008002A);
    private static final Tag AGE = new Tag(0x00101010);
    private static final Tag REFERENCED = new Tag(0x00081140);
    private static final Tag REFERENCED_CLASS = new Tag(0x00081150);
    private static final Tag REFERENCED_INSTANCE = new Tag(0x00081155);
    private static final DataSet CT = DataSet.empty()
            .withText(Subject.SOP_CLASS, VR.UI, List.of(Deidentified.SOP_CLASS))
            .withText(Subject.SOP_INSTANCE, VR.UI, List.of("1.2.3.4"))
            .withText(Subject.PATIENT_NAME, VR.PN, List.of("CANARY^BIRD"))
            .withText(Subject.PATIENT_ID, VR.LO, List.of("C-1"))
            .withText(Subject.STUDY, VR.UI, List.of("1.2.3"));

    private static DataSet out(DataSet dataSet, ProfileOption... options) throws IOException {
        TransferSyntax syntax = TransferSyntax.ExplicitVRLittleEndian;
        byte[] file = Deidentified.file(dataSet.toBytes(syntax), syntax);
        return Deidentified.read(Deidentified.bytes(file, Deidentified.profile(options)));
    }

    private static String only(DataSet dataSet, Tag tag) {
        return String.join("\\", dataSet.text(tag));
    }

    @Test
    void dates_go_back_by_whole_days_and_times_of_day_stay() {
        DateShift shift = new DateShift(31);
        assertThat(shift.date("20240301")).contains("20240130");
        assertThat(shift.date("20230101")).contains("20221201");
        assertThat(shift.date("2024.03.01")).contains("20240130");
        assertThat(shift.dateTime("20240301101112.123456+0130")).contains("20240130101112.123456+0130");
        assertThat(shift.dateTime("2024030110")).contains("2024013010");
        assertThat(shift.dateTime("20240301-0500")).contains("20240130-0500");
        assertThat(new DateShift(366).dateTime("2024")).contains("2023");
        assertThat(new DateShift(366).dateTime("202403")).contains("202303");
        assertThat(shift.date("19000101")).contains("18991201");
    }

    @Test
    void what_is_no_date_gives_nothing() {
        DateShift shift = new DateShift(1);
        for (String value : List.of("20230229", "20231301", "20230100", "2023", "H27.03.11", "202303011", "-0230301")) {
            assertThat(shift.date(value)).as(value).isEmpty();
        }
        for (String value :
                List.of("2023022", "20230229", "2023030110111213", "20230301+25", "20230301101112.1234567")) {
            assertThat(shift.dateTime(value)).as(value).isEmpty();
        }
        assertThat(new DateShift(366).date("00010101")).isEmpty();
        assertThat(DateShift.isTime("101112.123")).isTrue();
        assertThat(DateShift.isTime("Meyer")).isFalse();
        assertThat(DateShift.isTime("1011121314")).isFalse();
    }

    @Test
    void one_patient_has_one_shift_within_the_days_asked_for_and_others_have_others() throws IOException {
        DataSet first = CT.withText(STUDY_DATE, VR.DA, List.of("20240301"))
                .withText(STUDY_TIME, VR.TM, List.of("101112"))
                .withText(ACQUISITION, VR.DT, List.of("20240302101112.5+0100"));
        DataSet out = out(first, ProfileOption.RETAIN_MODIFIED_DATES);
        int days = Deidentified.KEY.number("dates", "id\0C-1\0", DeidentificationProfile.DEFAULT_SHIFT_DAYS);
        DateShift shift = new DateShift(days);
        assertThat(days).isBetween(1, DeidentificationProfile.DEFAULT_SHIFT_DAYS);
        assertThat(out.text(STUDY_DATE)).containsExactly(shift.date("20240301").orElseThrow());
        assertThat(out.text(STUDY_TIME)).containsExactly("101112");
        assertThat(only(out, ACQUISITION))
                .endsWith("101112.5+0100")
                .startsWith(shift.date("20240302").orElseThrow());
        DataSet later = CT.withText(STUDY_DATE, VR.DA, List.of("20250301"))
                .withText(Subject.SOP_INSTANCE, VR.UI, List.of("1.2.3.5"));
        assertThat(out(later, ProfileOption.RETAIN_MODIFIED_DATES).text(STUDY_DATE))
                .containsExactly(shift.date("20250301").orElseThrow());
        long shifts = IntStream.range(0, 50)
                .map(patient -> Deidentified.KEY.number("dates", "id\0" + patient + "\0", 3650))
                .distinct()
                .count();
        assertThat(shifts).isGreaterThan(40);
        assertThat(Deidentified.KEY.number("dates", "anyone", 1)).isEqualTo(1);
    }

    @Test
    void an_invalid_date_does_not_pass_as_one() throws IOException {
        DataSet wrong = CT.withText(STUDY_DATE, VR.DA, List.of("MEYER")).withText(STUDY_TIME, VR.TM, List.of("MEYER"));
        DataSet out = out(wrong, ProfileOption.RETAIN_MODIFIED_DATES);
        assertThat(out.text(STUDY_DATE)).containsExactly(Dummies.DATE);
        assertThat(out.text(STUDY_TIME)).containsExactly(Dummies.TIME);
    }

    @Test
    void ages_above_89_become_90_and_what_is_no_age_goes() throws IOException {
        assertThat(age("089Y")).isEqualTo("089Y");
        assertThat(age("090Y")).isEqualTo("090Y");
        assertThat(age("101Y")).isEqualTo("090Y");
        assertThat(age("999W")).isEqualTo("999W");
        assertThat(age("006M")).isEqualTo("006M");
        assertThat(age("42")).isEmpty();
        assertThat(age("ANNA")).isEmpty();
        assertThat(out(CT.withText(AGE, VR.AS, List.of("042Y"))).contains(AGE)).isFalse();
    }

    private static String age(String value) throws IOException {
        return only(out(CT.withText(AGE, VR.AS, List.of(value)), ProfileOption.RETAIN_PATIENT_CHARACTERISTICS), AGE);
    }

    @Test
    void one_patient_has_one_pseudonym_in_all_files_and_another_issuer_another() throws IOException {
        String one = only(out(CT), Subject.PATIENT_ID);
        DataSet otherSpelling = CT.withText(Subject.PATIENT_NAME, VR.PN, List.of("Canary^Bird^^Dr"))
                .withText(Subject.SOP_INSTANCE, VR.UI, List.of("1.2.3.99"));
        assertThat(one).matches("SR[A-Z2-7]{14}");
        assertThat(only(out(otherSpelling), Subject.PATIENT_ID)).isEqualTo(one);
        assertThat(only(out(otherSpelling), Subject.PATIENT_NAME)).isEqualTo(one);
        assertThat(only(out(CT.withText(Subject.ISSUER, VR.LO, List.of("B"))), Subject.PATIENT_ID))
                .isNotEqualTo(one);
        assertThat(only(out(CT.withText(Subject.PATIENT_ID, VR.LO, List.of("C-2"))), Subject.PATIENT_ID))
                .isNotEqualTo(one);
        assertThat(only(out(CT.without(Subject.PATIENT_ID)), Subject.PATIENT_ID))
                .matches("SR[A-Z2-7]{14}");
    }

    @Test
    void uids_become_valid_ones_under_2_25_and_the_same_everywhere() throws IOException {
        DataSet reference = DataSet.empty()
                .withText(REFERENCED_CLASS, VR.UI, List.of(Deidentified.SOP_CLASS))
                .withText(REFERENCED_INSTANCE, VR.UI, List.of("1.2.3.4"));
        DataSet referring =
                CT.withText(Subject.SOP_INSTANCE, VR.UI, List.of("1.2.3.7")).withItems(REFERENCED, List.of(reference));
        DataSet referred = out(CT);
        DataSet out = out(referring);
        String uid = only(referred, Subject.SOP_INSTANCE);
        BigInteger number = new BigInteger(uid.substring("2.25.".length()));

        assertThat(uid).startsWith("2.25.").hasSizeLessThanOrEqualTo(64);
        assertThat(number.bitLength()).isLessThanOrEqualTo(128);
        assertThat(number.shiftRight(76).intValue() & 0xF)
                .as("version of the UUID")
                .isEqualTo(8);
        assertThat(number.shiftRight(62).intValue() & 0x3)
                .as("variant of the UUID")
                .isEqualTo(2);
        DataSet item = out.items(REFERENCED).getFirst();
        assertThat(only(item, REFERENCED_INSTANCE)).isEqualTo(uid);
        assertThat(only(item, REFERENCED_CLASS)).isEqualTo(Deidentified.SOP_CLASS);
        assertThat(only(out, Subject.STUDY))
                .isEqualTo(only(referred, Subject.STUDY))
                .startsWith("2.25.");
        assertThat(only(out(CT, ProfileOption.RETAIN_UIDS), Subject.STUDY)).isEqualTo("1.2.3");
    }

    @Test
    void a_registered_instance_keeps_its_uid_in_the_data_set_and_before_it() throws IOException {
        String hotIron = "1.2.840.10008.1.5.1";
        DataSet palette = CT.withText(Subject.SOP_INSTANCE, VR.UI, List.of(hotIron));
        TransferSyntax syntax = TransferSyntax.ExplicitVRLittleEndian;
        byte[] file = Deidentified.file(palette.toBytes(syntax), syntax);
        byte[] out = Deidentified.bytes(file, DeidentificationProfile.BASIC);
        assertThat(only(Deidentified.read(out), Subject.SOP_INSTANCE)).isEqualTo(hotIron);
        Part10 part10 = Part10.open(new ByteArrayInputStream(out), Limits.DEFAULT);
        assertThat(only(part10.meta(), new Tag(0x00020003))).isEqualTo(hotIron);
    }

    @Test
    void what_was_done_is_written_into_the_instance() throws IOException {
        for (ProfileOption option : ProfileOption.values()) {
            DataSet out = out(CT, option);
            assertThat(out.text(new Tag(0x00120062))).containsExactly("YES");
            assertThat(out.text(new Tag(0x00120063))).contains("Strongroom test", option.meaning());
            List<DataSet> codes = out.items(new Tag(0x00120064));
            assertThat(codes.stream().map(code -> only(code, new Tag(0x00080100))))
                    .containsExactly("113100", option.code());
            assertThat(codes.stream().map(code -> only(code, new Tag(0x00080102))))
                    .containsOnly("DCM");
            assertThat(codes.stream().map(code -> only(code, new Tag(0x00080104))))
                    .contains(option.meaning());
        }
        Tag dates = new Tag(0x00280303);
        assertThat(only(out(CT), dates)).isEqualTo("REMOVED");
        assertThat(only(out(CT, ProfileOption.RETAIN_FULL_DATES), dates)).isEqualTo("UNMODIFIED");
        assertThat(only(out(CT, ProfileOption.RETAIN_MODIFIED_DATES), dates)).isEqualTo("MODIFIED");
    }

    @Test
    void only_what_is_on_the_list_of_safe_private_attributes_stays() throws IOException {
        SafePrivateList list = SafePrivateList.standard()
                .with(List.of("# ours", "ACME 1.0\t0029,xx01\tLO", "ACME 1.0\t0029,xx02\tDA", "ACME 1.0,0029,xx03,DS"));
        DataSet dataSet = CT.withText(new Tag(0x00290010), VR.LO, List.of("ACME 1.0"))
                .withText(new Tag(0x00290011), VR.LO, List.of("OTHER"))
                .withText(new Tag(0x00291001), VR.LO, List.of("KEPT BY US"))
                .withText(new Tag(0x00291002), VR.DA, List.of("20240301"))
                .withText(new Tag(0x00291003), VR.LO, List.of("ANOTHER VR"))
                .withText(new Tag(0x00291004), VR.LO, List.of("NOT LISTED"))
                .withText(new Tag(0x00291101), VR.LO, List.of("OTHER CREATOR"))
                .withText(new Tag(0x70530010), VR.LO, List.of("Philips PET Private Group"))
                .withText(new Tag(0x70531000), VR.DS, List.of("1.5"))
                .withText(new Tag(0x70531003), VR.ST, List.of("a file name"));
        TransferSyntax syntax = TransferSyntax.ExplicitVRLittleEndian;
        byte[] file = Deidentified.file(dataSet.toBytes(syntax), syntax);
        DeidentificationProfile profile =
                new DeidentificationProfile(Set.of(ProfileOption.RETAIN_SAFE_PRIVATE), list, false, 10);

        DataSet out = Deidentified.read(Deidentified.bytes(file, profile));

        assertThat(out.tags().stream().filter(Tag::isPrivate))
                .containsExactly(new Tag(0x00290010), new Tag(0x00291001), new Tag(0x70530010), new Tag(0x70531000));
        assertThat(only(out, new Tag(0x00291001))).isEqualTo("KEPT BY US");
        assertThat(only(out, new Tag(0x70531000))).isEqualTo("1.5");
        DataSet without = Deidentified.read(Deidentified.bytes(file, DeidentificationProfile.BASIC));
        assertThat(without.tags()).noneMatch(Tag::isPrivate);
    }

    @Test
    void a_private_list_of_another_form_is_refused() {
        SafePrivateList list = SafePrivateList.standard();
        assertThat(list.size()).isEqualTo(479);
        for (String line :
                List.of("ACME\t0028,xx01\tLO", "ACME\t0029,xx01\tZZ", "ACME 0029 01 LO", "\t0029,xx01\tLO")) {
            assertThatThrownBy(() -> list.with(List.of("", line)))
                    .as(line)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("line 2");
        }
    }

    @Test
    void a_key_has_32_bytes_that_differ_and_never_shows_itself() {
        byte[] bytes = new byte[DeidentificationKey.BYTES];
        assertThatThrownBy(() -> DeidentificationKey.of(bytes)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> DeidentificationKey.of(Arrays.copyOf(bytes, 31)))
                .isInstanceOf(IllegalArgumentException.class);
        bytes[0] = 1;
        DeidentificationKey key = DeidentificationKey.of(bytes);
        assertThat(key).hasToString("DeidentificationKey");
        String before = key.pseudonym("patient", "A");
        bytes[0] = 2;
        assertThat(key.pseudonym("patient", "A")).isEqualTo(before);
        assertThat(DeidentificationKey.of(bytes).pseudonym("patient", "A")).isNotEqualTo(before);
    }

    @Test
    void a_sequence_that_the_iod_wants_empty_stays_empty_and_others_go() throws IOException {
        Tag step = new Tag(0x00081111);
        Tag study = new Tag(0x00081110);
        List<DataSet> items = List.of(DataSet.empty().withText(REFERENCED_INSTANCE, VR.UI, List.of("1.2.3.8")));
        DataSet referring = CT.withItems(step, items).withItems(study, items);
        assertThat(out(referring).tags()).doesNotContain(step, study);
        String report = "1.2.840.10008.5.1.4.1.1.88.11";
        DataSet text = out(referring.withText(Subject.SOP_CLASS, VR.UI, List.of(report)));
        assertThat(text.items(step)).isEmpty();
        assertThat(text.contains(step)).isTrue();
        String unknown = "1.2.3.4.5.6";
        DataSet other = out(referring.withText(Subject.SOP_CLASS, VR.UI, List.of(unknown)));
        assertThat(other.tags()).contains(study, step);
        assertThat(other.items(study)).isEmpty();
    }
}
