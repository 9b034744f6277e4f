package org.strongroom.dicom.deidentify;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.strongroom.dicom.Bytes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.VR;

/** A name put where a program would not look for one: none comes out, and what decides about pixels can't be hidden. */
class SmuggledTest {
    private static final String NAME = "QSMITH^JOHN ";
    private static final String CREATOR = "SIEMENS Ultrasound SC2000 ";
    private static final DeidentificationProfile EVERYTHING = new DeidentificationProfile(
            Set.of(
                    ProfileOption.RETAIN_FULL_DATES,
                    ProfileOption.RETAIN_PATIENT_CHARACTERISTICS,
                    ProfileOption.RETAIN_UIDS,
                    ProfileOption.RETAIN_SAFE_PRIVATE),
            SafePrivateList.standard(),
            true,
            10);

    private static byte[] even(String text) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        return Arrays.copyOf(bytes, bytes.length + bytes.length % 2);
    }

    private static Bytes ct(Bytes to) {
        return to.element(0x00080016, "UI", even(Deidentified.SOP_CLASS)).element(0x00080018, "UI", even("1.2.3.4"));
    }

    private static byte[] file(Bytes dataSet) {
        return Deidentified.file(dataSet.done(), dataSet.syntax());
    }

    private static DataSet withoutTheName(Bytes dataSet) throws IOException {
        byte[] out = Deidentified.bytes(file(dataSet), EVERYTHING);
        assertThat(new String(out, ISO_8859_1)).doesNotContain("SMITH", "JOHN");
        return Deidentified.read(out);
    }

    private record Case(String name, Bytes dataSet) {}

    private static final class Cases {
        final List<Case> all = new ArrayList<>();

        void add(String name, Consumer<Bytes> explicit) {
            Bytes bytes = ct(Bytes.explicit());
            explicit.accept(bytes);
            all.add(new Case(name, bytes));
        }

        void implicit(String name, Consumer<Bytes> implicit) {
            Bytes bytes = ct(Bytes.implicit());
            implicit.accept(bytes);
            all.add(new Case(name + ", implicit VR", bytes));
        }
    }

    private static Bytes fragments(Bytes to, int tag, String vr) {
        return to.header(tag, vr, Bytes.UNDEFINED)
                .mark(0xFFFEE000, 0)
                .item(even(NAME))
                .endOfSequence();
    }

    @TestFactory
    Stream<DynamicTest> nothing_comes_out_of_a_place_where_a_name_does_not_belong() {
        Cases cases = new Cases();
        undefinedLengths(cases);
        pixelGroup(cases);
        forms(cases);
        places(cases);
        privates(cases);
        return cases.all.stream().map(one -> DynamicTest.dynamicTest(one.name, () -> withoutTheName(one.dataSet)));
    }

    /** Other VRs than SQ and UN would be fragments of an undefined length. */
    private static void undefinedLengths(Cases cases) {
        for (String vr : List.of("OB", "OW", "OD", "OF", "OL", "OV")) {
            for (int tag : List.of(0x00081115, 0x00281201, 0x00420011, 0x00100020, 0x00080020, 0x54001010)) {
                cases.add(new Tag(tag) + " as " + vr + " of undefined length", to -> fragments(to, tag, vr));
            }
            cases.add("in an item, as " + vr, to -> {
                byte[] item = fragments(Bytes.explicit(), 0x00081199, vr).done();
                to.header(0x00081115, "SQ", item.length + 8).item(item);
            });
            cases.add("safe private sequence as " + vr, to -> {
                to.element(0x01190010, "LO", CREATOR);
                fragments(to, 0x01191002, vr);
            });
        }
        cases.add("UN within UN", to -> {
            byte[] inner = Bytes.implicit().element(0x00100010, "PN", NAME).done();
            byte[] middle = Bytes.implicit()
                    .header(0x00081199, "SQ", Bytes.UNDEFINED)
                    .item(inner)
                    .endOfSequence()
                    .element(0x00091001, "UN", NAME)
                    .done();
            to.header(0x00081115, "UN", Bytes.UNDEFINED).item(middle).endOfSequence();
        });
    }

    private static void pixelGroup(Cases cases) {
        for (int tag : List.of(0x7FE00001, 0x7FE00002, 0x7FE00003, 0x7FE00004, 0x7FE00020, 0x7FE00030, 0x7FE00040)) {
            for (String vr : List.of("UT", "LO", "OB", "OW", "UC", "OV", "UV", "UN")) {
                cases.add(new Tag(tag) + " as " + vr, to -> to.element(tag, vr, NAME));
            }
            cases.add(new Tag(tag) + " in fragments", to -> fragments(to, tag, "OB"));
        }
        for (int group : List.of(0x7F00, 0x7F02, 0x7FDE, 0x7FE2, 0x7FFE)) {
            cases.add(
                    "variable pixel data " + Integer.toHexString(group),
                    to -> to.element(group << 16 | 0x0010, "OW", NAME).element(group << 16 | 0x0020, "OW", NAME));
        }
    }

    private static void forms(Cases cases) {
        cases.add("DA as LO", to -> to.element(0x00080020, "LO", NAME));
        cases.add("DA", to -> to.element(0x00080020, "DA", NAME));
        cases.add("TM", to -> to.element(0x00080030, "TM", NAME));
        cases.add("DT", to -> to.element(0x0008002A, "DT", NAME));
        cases.add("the second of two dates", to -> to.element(0x00080022, "DA", "20240101\\" + NAME + " "));
        cases.add("zone", to -> to.element(0x00080201, "SH", NAME));
        cases.add("UI", to -> to.element(0x0020000D, "UI", NAME));
        cases.add("UI as LO", to -> to.element(0x00200052, "LO", NAME));
        cases.add("UI of a class", to -> to.element(0x00080062, "UI", NAME));
        cases.add("DS", to -> to.element(0x00281052, "DS", NAME));
        cases.add("DS as LO", to -> to.element(0x00281052, "LO", NAME));
        cases.add("DS that an option keeps", to -> to.element(0x00101020, "LO", NAME));
        cases.add("the second of two numbers", to -> to.element(0x00280030, "DS", "0.5\\" + NAME));
        cases.implicit("DS", to -> to.element(0x00281052, "DS", NAME));
        cases.add("IS", to -> to.element(0x00200013, "IS", NAME));
        cases.add("AS", to -> to.element(0x00101010, "AS", "QSMITH"));
        cases.add("CS", to -> to.element(0x00080060, "CS", NAME));
        cases.add("CS that an option keeps", to -> to.element(0x00100040, "CS", NAME));
        cases.add("US as OB", to -> to.element(0x00280010, "OB", NAME));
        cases.add("US as UN", to -> to.element(0x00280010, "UN", NAME));
        cases.add("US of many values", to -> to.element(0x00280010, "US", NAME));
        cases.add("FD as FL", to -> to.element(0x00189073, "FL", NAME));
        cases.implicit("US of many values", to -> to.element(0x00280010, "US", NAME));
        cases.add("character set", to -> to.element(0x00080005, "CS", NAME));
        cases.add("second character set", to -> to.element(0x00080005, "CS", "ISO_IR 100\\" + NAME + " "));
        cases.add("character set in an item", to -> {
            byte[] item = Bytes.explicit().element(0x00080005, "CS", NAME).done();
            to.header(0x00081115, "SQ", item.length + 8).item(item);
        });
        for (VR vr : List.of(VR.UR, VR.UC, VR.UT, VR.ST, VR.LT, VR.OB, VR.UN)) {
            cases.add("number as " + vr, to -> to.element(0x00280011, vr.name(), NAME));
        }
        cases.add("long text", to -> to.element(0x00181800, "UT", NAME).element(0x00404072, "UT", NAME));
    }

    private static void places(Cases cases) {
        for (int tag : List.of(
                0x00000010,
                0x00000600,
                0x00020003,
                0x00020102,
                0x00041130,
                0x00060010,
                0x00010010,
                0x00031001,
                0x00051001,
                0x00071001)) {
            cases.add(new Tag(tag).toString(), to -> to.element(tag, "LO", NAME));
        }
        for (int tag : List.of(
                0x50000022,
                0x5002200E,
                0x501E2500,
                0x60000022,
                0x60000045,
                0x60021500,
                0x60FE4000,
                0x00203100,
                0x00203101,
                0x10000010,
                0x10100010)) {
            cases.add(new Tag(tag).toString(), to -> to.element(tag, "LO", NAME));
        }
        for (int tag : List.of(0x00080202, 0x00189445, 0x0008041B, 0x0040A074, 0x04000520, 0x04000120, 0xFFFCFFFC)) {
            cases.add(new Tag(tag).toString(), to -> to.element(tag, "OB", NAME));
        }
        cases.add("length to end", to -> to.element(0x00080001, "UL", "JOHN"));
        cases.add("group length", to -> to.element(0x00100000, "UT", NAME));
        cases.add("group length as sequence", to -> {
            byte[] item = Bytes.explicit().element(0x00081195, "UI", NAME).done();
            to.header(0x00280000, "SQ", item.length + 8).item(item);
        });
        cases.add("document", to -> to.element(0x00420010, "ST", NAME).element(0x00420011, "OB", NAME));
        cases.add("icon", to -> {
            byte[] item = Bytes.explicit().element(0x7FE00010, "OW", NAME).done();
            to.header(0x00880200, "SQ", item.length + 8).item(item);
        });
        cases.add(
                "behind the pixel data",
                to -> to.element(0x7FE00010, "OW", "pixels")
                        .element(0x00281052, "DS", NAME)
                        .element(0x00104000, "LT", NAME));
        cases.add("annotation of a waveform", to -> {
            byte[] item = Bytes.explicit().element(0x00700006, "ST", NAME).done();
            to.header(0x0040B020, "SQ", item.length + 8).item(item);
        });
        cases.add(
                "short texts with a part of the name",
                to -> to.element(0x00100010, "PN", "QSMITH^JOHN ")
                        .element(0x00181020, "LO", "of Qsmith")
                        .element(0x00080070, "LO", "one\\QSMITH")
                        .element(0x00180015, "CS", "QSMITH"));
        cases.add(
                "short text with the Patient ID",
                to -> to.element(0x00100020, "LO", "SMITH1").element(0x00181020, "LO", "1.2-SMITH1"));
    }

    private static void privates(Cases cases) {
        for (String vr : List.of("UN", "DS", "IS", "LO", "UT", "OB", "FL", "UR")) {
            cases.add(
                    "safe private of no VR as " + vr,
                    to -> to.element(0x01190010, "LO", CREATOR).element(0x01191011, vr, "QSMITH"));
        }
        cases.implicit(
                "safe private of no VR",
                to -> to.element(0x01190010, "LO", CREATOR).element(0x01191011, "UN", NAME));
        cases.add(
                "safe private number in UN",
                to -> to.element(0x00190010, "LO", "GEMS_ACQU_01").element(0x00191023, "UN", NAME));
        cases.add("safe private UL", to -> to.element(0x01190010, "LO", CREATOR).element(0x01191005, "UN", "QSMITH"));
        cases.add(
                "safe private CS",
                to -> to.element(0x00190010, "LO", "SIEMENS MR HEADER ").element(0x0019100D, "CS", NAME));
        cases.add(
                "safe private UID", to -> to.element(0x01290010, "LO", CREATOR).element(0x01291002, "UI", NAME));
        cases.add(
                "safe private text with a part of the name",
                to -> to.element(0x00100010, "PN", NAME)
                        .element(0x01190010, "LO", CREATOR)
                        .element(0x01191000, "LO", NAME));
        cases.add("creator", to -> to.element(0x00090010, "LO", NAME).element(0x00091001, "DS", "1 "));
    }

    @Test
    void what_has_the_form_of_its_vr_is_kept() throws IOException {
        DataSet out = withoutTheName(ct(Bytes.explicit())
                .element(0x00080005, "CS", "ISO_IR 100")
                .element(0x00080020, "UN", "20240131")
                .element(0x0020000D, "UI", even("1.2.3"))
                .element(0x00101020, "DS", "1.75")
                .element(0x00181020, "LO", "1.2.3a")
                .element(0x00280010, "US", (byte) 1, (byte) 0)
                .element(0x00280030, "DS", "+.5e-1\\00012. ")
                .element(0x01190010, "LO", CREATOR)
                .element(0x01191011, "DS", "1.5 ")
                .element(0x7FE00001, "OV", new byte[16])
                .element(0x7FE00003, "UV", new byte[8]));
        assertThat(out.text(new Tag(0x00080005))).containsExactly("ISO_IR 100");
        assertThat(out.text(new Tag(0x00080020))).containsExactly("20240131");
        assertThat(out.text(new Tag(0x0020000D))).containsExactly("1.2.3");
        assertThat(out.text(new Tag(0x00101020))).containsExactly("1.75");
        assertThat(out.text(new Tag(0x00181020))).containsExactly("1.2.3a");
        assertThat(out.text(new Tag(0x01191011))).containsExactly("1.5");
        assertThat(out.tags())
                .contains(new Tag(0x00280010), new Tag(0x00280030), new Tag(0x7FE00001), new Tag(0x7FE00003));
    }

    @Test
    void pixel_data_of_another_vr_is_refused() {
        for (String vr : List.of("UT", "LO", "SQ")) {
            assertThatThrownBy(
                            () -> Deidentified.bytes(file(ct(Bytes.explicit()).element(0x7FE00010, vr)), EVERYTHING))
                    .isInstanceOf(DicomFormatException.class)
                    .hasMessageContaining("(7FE0,0010)");
        }
    }

    @Test
    void two_values_of_what_decides_are_refused_in_time_that_grows_with_their_number() throws IOException {
        Bytes two = ct(Bytes.explicit()).element(0x00100020, "LO", "A ").element(0x00100020, "LO", "B ");
        assertThat(Deidentified.refusal(file(two), EVERYTHING)).contains(Refusal.CONTRADICTORY);
        Bytes same = ct(Bytes.explicit()).element(0x00100020, "LO", "A ").element(0x00100020, "LO", "A ");
        assertThat(Deidentified.refusal(file(same), EVERYTHING)).isEmpty();
        Bytes many = ct(Bytes.implicit());
        for (int i = 0; i < 600_000; i++) {
            many.element(0x00100020, "LO", String.format("%06d", i));
        }
        byte[] file = file(many);
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(30),
                () -> assertThat(Deidentified.refusal(file, EVERYTHING)).contains(Refusal.CONTRADICTORY));
        Bytes longest = ct(Bytes.implicit()).element(0x00100020, "LO", new byte[(1 << 16) + 2]);
        assertThatThrownBy(() -> Deidentified.refusal(file(longest), EVERYTHING))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("longer than 65536 bytes");
    }

    private static Bytes image(Consumer<Bytes> before) {
        Bytes image = ct(Bytes.explicit());
        before.accept(image);
        return image.element(0x7FE00010, "OW", "pixels");
    }

    @Test
    void an_overlay_in_the_pixels_is_refused_however_it_is_described() throws IOException {
        byte[] one = {1, 0};
        byte[] sixteen = {16, 0};
        byte[] none = {0, 0};
        byte[] big = file(ct(Bytes.big())
                .element(0x60000100, "US", (byte) 0, (byte) 1)
                .element(0x60000102, "US", none)
                .element(0x7FE00010, "OW", "pixels"));
        assertThat(Deidentified.refusal(big, EVERYTHING)).isEmpty();
        assertThat(refusalOf(to -> to.element(0x60000100, "US", one).element(0x60000102, "US", none)))
                .isEmpty();
        for (Consumer<Bytes> overlay : List.<Consumer<Bytes>>of(
                to -> to.element(0x60000010, "US", one),
                to -> to.element(0x60000100, "US", sixteen),
                to -> to.element(0x60020102, "US", sixteen),
                to -> to.element(0x60000100, "US", one).element(0x60000102, "US", sixteen),
                to -> fragments(to, 0x60000100, "OW"),
                to -> to.element(0x60FE0010, "US", one)
                        .element(0x60FE0100, "US", sixteen)
                        .element(0x60FE3000, "OW", none))) {
            assertThat(refusalOf(overlay)).contains(Refusal.OVERLAY_IN_PIXELS.name());
        }
        for (int tag : List.of(0x60000010, 0x60000100, 0x60000102)) {
            // So far behind that the first look, which ends at the pixel data, doesn't see it.
            Bytes image = ct(Bytes.explicit()).element(0x7FE00010, "OW", new byte[1 << 18]);
            byte[] behind = file(image.element(tag, "US", sixteen));
            assertThatThrownBy(() -> Deidentified.bytes(behind, EVERYTHING))
                    .isInstanceOf(DicomFormatException.class)
                    .hasMessageContaining("after the pixel data");
        }
    }

    private static String refusalOf(Consumer<Bytes> before) throws IOException {
        return Deidentified.refusal(file(image(before)), EVERYTHING)
                .map(Enum::name)
                .orElse("");
    }

    @Test
    void modality_and_image_type_are_read_whatever_their_case_and_padding() throws IOException {
        for (String modality : List.of("US", "us", "Us  ", "US\0\0", "CT\\us ")) {
            byte[] file = file(image(to -> to.element(0x00080060, "CS", even(modality))));
            assertThat(Deidentified.refusal(file, DeidentificationProfile.BASIC))
                    .as(modality)
                    .contains(Refusal.BURNED_IN_UNKNOWN);
        }
        for (String type : List.of("DERIVED\\label", "ORIGINAL\\PRIMARY\\ Screen save")) {
            assertThat(refusalOf(to -> to.element(0x00080008, "CS", even(type))))
                    .as(type)
                    .isEqualTo(Refusal.LABEL.name());
        }
        assertThat(refusalOf(to -> to.element(0x00080060, "CS", "au"))).isEqualTo(Refusal.SPEECH.name());
        DataSet nobodyKnows = DataSet.empty()
                .withText(Subject.SOP_CLASS, VR.UI, List.of("1.2.3.4.5"))
                .withText(Subject.SOP_INSTANCE, VR.UI, List.of("1.2.3.4"));
        Bytes unknown = Bytes.explicit()
                .raw(nobodyKnows.toBytes(TransferSyntax.ExplicitVRLittleEndian))
                .element(0x7FE00010, "OW", "pixels");
        assertThat(Deidentified.refusal(file(unknown), DeidentificationProfile.BASIC))
                .contains(Refusal.BURNED_IN_UNKNOWN);
    }
}
