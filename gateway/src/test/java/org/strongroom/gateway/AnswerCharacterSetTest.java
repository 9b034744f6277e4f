package org.strongroom.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.strongroom.dicom.Attributes.PatientName;
import static org.strongroom.dicom.Attributes.RequestAttributesSequence;
import static org.strongroom.dicom.Attributes.ScheduledProcedureStepDescription;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.PersonName;
import org.strongroom.dicom.SpecificCharacterSet;

class AnswerCharacterSetTest {
    private static SpecificCharacterSet set(String terms) {
        return SpecificCharacterSet.of(terms.isEmpty() ? List.of() : List.of(terms.split("\\\\", -1)));
    }

    /** A stored answer with a name, and another text in an item of a sequence. */
    private static DataSet answer(String terms, String name, String description) {
        DataSet item = DataSet.emptyItem(set(terms)).with(ScheduledProcedureStepDescription, description);
        return DataSet.empty()
                .withAll(Attributes.SpecificCharacterSet, set(terms).terms())
                .with(PatientName, PersonName.of(name))
                .withItems(RequestAttributesSequence, List.of(item));
    }

    /** Asked in; stored in; name; description; answered in. */
    @ParameterizedTest
    @CsvSource({
        "ISO_IR 100, ISO_IR 192, Müller, Schädel, ISO_IR 100",
        "ISO_IR 100, ISO_IR 100, Müller, Schädel, ISO_IR 100",
        "ISO_IR 100, ISO_IR 192, Müller, 頭, ISO_IR 192",
        "ISO_IR 100, \\ISO 2022 IR 87, Yamada=山田, skull, ISO_IR 192",
        "ISO_IR 100, '', Miller, skull, ISO_IR 100",
        "\\ISO 2022 IR 87, ISO_IR 192, Yamada=山田, 頭, \\ISO 2022 IR 87",
        "\\ISO 2022 IR 87, ISO_IR 100, Müller, skull, ISO_IR 192",
        "ISO_IR 192, ISO_IR 100, Müller, Schädel, ISO_IR 192",
        "ISO_IR 192, GB18030, 王, 头, ISO_IR 192",
        "'', ISO_IR 100, Müller, Schädel, ISO_IR 100",
        "'', \\ISO 2022 IR 87, Yamada=山田, 頭, \\ISO 2022 IR 87",
        "'', '', Miller, skull, ''",
        "ISO_IR 999, ISO_IR 100, Müller, Schädel, ISO_IR 100",
    })
    void answers_go_out_in_the_set_of_the_request_where_it_holds_them(
            String asked, String stored, String name, String description, String answered) {
        DataSet request = DataSet.empty().recoded(set(asked));
        DataSet out = AnswerCharacterSet.of(request).encoded(answer(stored, name, description));

        assertThat(out.all(Attributes.SpecificCharacterSet))
                .isEqualTo(set(answered).terms());
        assertThat(out.get(PatientName).map(PersonName::value)).contains(name);
        assertThat(out.items(RequestAttributesSequence).getFirst().get(ScheduledProcedureStepDescription))
                .contains(description);
        assertThat(out.textFaults()).isEmpty();
    }

    @Test
    void what_is_assumed_of_the_sender_counts_where_the_request_declares_nothing() {
        DataSet request = DataSet.empty().assuming(set("ISO_IR 100"));
        DataSet out = AnswerCharacterSet.of(request).encoded(answer("ISO_IR 192", "Müller", "Schädel"));

        assertThat(out.all(Attributes.SpecificCharacterSet)).containsExactly("ISO_IR 100");
        assertThat(out.get(PatientName).map(PersonName::value)).contains("Müller");
    }

    /** Nothing is guessed: who asks for UTF-8 gets no bytes that are none, who says nothing gets them as they came in. */
    @Test
    void stored_bytes_that_are_no_characters_are_replaced_where_a_set_was_asked_for() {
        DataSet undeclared = answer("ISO_IR 100", "Müller", "skull").without(Attributes.SpecificCharacterSet);

        DataSet unicode = AnswerCharacterSet.of(DataSet.empty().recoded(set("ISO_IR 192")))
                .encoded(undeclared);
        assertThat(unicode.all(Attributes.SpecificCharacterSet)).containsExactly("ISO_IR 192");
        assertThat(unicode.get(PatientName).map(PersonName::value)).contains("M\uFFFDller");
        DataSet latin = AnswerCharacterSet.of(DataSet.empty().recoded(set("ISO_IR 100")))
                .encoded(undeclared);
        assertThat(latin.all(Attributes.SpecificCharacterSet)).containsExactly("ISO_IR 100");
        assertThat(latin.get(PatientName).map(PersonName::value)).contains("M?ller");
        assertThat(AnswerCharacterSet.of(DataSet.empty()).encoded(undeclared)).isSameAs(undeclared);
    }
}
