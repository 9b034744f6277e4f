package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.strongroom.dicom.Attributes.OtherPatientNames;
import static org.strongroom.dicom.Attributes.PatientName;

import java.util.List;
import org.junit.jupiter.api.Test;

class PersonNameTest {
    @Test
    void three_groups_of_five_components() {
        PersonName name = PersonName.of("Adams^John Robert^Quincy^Rev.^B.A. M.Div.=王^小東=やまだ");

        assertThat(name.family()).isEqualTo("Adams");
        assertThat(name.given()).isEqualTo("John Robert");
        assertThat(name.middle()).isEqualTo("Quincy");
        assertThat(name.prefix()).isEqualTo("Rev.");
        assertThat(name.suffix()).isEqualTo("B.A. M.Div.");
        assertThat(name.ideographic()).isEqualTo("王^小東");
        assertThat(name.phonetic()).isEqualTo("やまだ");
        assertThat(PersonName.components(name.ideographic())).containsExactly("王", "小東");
    }

    @Test
    void groups_may_be_empty() {
        assertThat(PersonName.of("=王").ideographic()).isEqualTo("王");
        assertThat(PersonName.of("=王").alphabetic()).isEmpty();
        assertThat(PersonName.of("==やまだ").value()).isEqualTo("==やまだ");
        assertThat(PersonName.of("Wang=王=").value()).isEqualTo("Wang=王");
        assertThat(PersonName.of("").family()).isEmpty();
    }

    @Test
    void what_is_too_much_is_kept() {
        for (String value : List.of("A=B=C=D", "A=B=C=D=E^F", "A^B^C^D^E^F^G")) {
            DataSet dataSet = DataSet.empty().with(PatientName, PersonName.of(value));

            assertThat(PersonName.of(value).value()).isEqualTo(value);
            assertThat(dataSet.text(PatientName.tag())).containsExactly(value);
        }
        assertThat(PersonName.components("A^B^C^D^E^F^G")).hasSize(7);
    }

    @Test
    void names_mean_the_same_where_only_what_may_be_left_out_differs() {
        assertThat(PersonName.of("Doe^John^^^").normal())
                .isEqualTo(PersonName.of("Doe ^ John").normal());
        assertThat(PersonName.of("Doe^John==").normal())
                .isEqualTo(PersonName.of("Doe^John").normal());
        assertThat(PersonName.of("^John").normal())
                .isNotEqualTo(PersonName.of("John").normal());
        assertThat(PersonName.of("Doe^^J").normal().value()).isEqualTo("Doe^^J");
    }

    @Test
    void several_names_stand_in_one_element_in_any_set() {
        List<PersonName> names = List.of(PersonName.of("Yamada=山田^太郎"), PersonName.of("=移"), PersonName.of("Doe"));
        for (List<String> terms : List.of(List.of("", "ISO 2022 IR 87"), List.of("GB18030"), List.of("ISO_IR 192"))) {
            DataSet dataSet = DataSet.empty()
                    .withAll(Attributes.SpecificCharacterSet, terms)
                    .withAll(OtherPatientNames, names);

            assertThat(dataSet.all(OtherPatientNames)).isEqualTo(names);
        }
    }

    @Test
    void it_prints_no_name() {
        assertThat(PersonName.of("Doe^John").toString()).isEqualTo("PersonName #8");
    }
}
