package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.strongroom.dicom.Attributes.ImageComments;
import static org.strongroom.dicom.Attributes.PatientID;
import static org.strongroom.dicom.Attributes.PatientName;
import static org.strongroom.dicom.Attributes.StudyInstanceUID;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.SpecificCharacterSet;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;

class AnswerTest {
    private static final DataSet ATTRIBUTES = DataSet.empty()
            .recoded(SpecificCharacterSet.UTF_8)
            .with(StudyInstanceUID, new Uid("1.2.3"))
            .withText(PatientName.tag(), VR.PN, List.of("山田^太郎"));

    @Test
    void an_answer_has_what_was_asked_for_in_order_and_empty_what_is_not_known() {
        DataSet answer = new Answer(study()).identifier(plan(Level.STUDY, Set.of(PatientName.tag(), Tag.of(4, 2))));
        assertThat(answer.tags())
                .containsExactly(
                        Tag.of(4, 2), Tag.of(8, 5), PatientName.tag(), PatientID.tag(), StudyInstanceUID.tag());
        assertThat(answer.text(PatientName.tag())).containsExactly("山田^太郎");
        assertThat(answer.text(PatientID.tag())).isEmpty();
    }

    @Test
    void an_answer_costs_what_its_keys_are_and_not_their_square() {
        allocated(64); // loads classes
        long few = allocated(1_000);
        long many = allocated(8_000);
        assertThat(many).as("bytes for 8 times the keys, beside " + few).isLessThan(12 * few);
    }

    private static long allocated(int keys) {
        Set<Tag> returned = new LinkedHashSet<>();
        for (int i = 0; i < keys; i++) {
            returned.add(Tag.of(0x0021, 1 + i));
        }
        QueryPlan plan = plan(Level.STUDY, returned);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThat(new Answer(study()).identifier(plan).tags()).hasSize(keys + 3);
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    @Test
    void what_does_not_fit_into_an_answer_comes_back_empty() {
        assertThat(comments(Answer.LONGEST - 100)).hasSize(1);
        assertThat(comments(Answer.LONGEST + 2)).isEmpty();
    }

    private static List<String> comments(int length) {
        DataSet head = DataSet.empty().withText(Tag.of(0x0040, 0xA160), VR.UT, List.of("a".repeat(length)));
        Answer answer = new Answer(study()).with(head);
        return answer.identifier(plan(Level.IMAGE, Set.of(Tag.of(0x0040, 0xA160), ImageComments.tag())))
                .text(Tag.of(0x0040, 0xA160));
    }

    @Test
    void a_value_field_too_long_to_be_compared_counts_as_empty() {
        Tag tag = Tag.of(0x0040, 0xA160);
        Criterion criterion = Criterion.of(new Match.Wildcard(tag, "a*"), new QueryTurns(1).pace(() -> false));
        for (int more = 0; more <= 2; more += 2) {
            String text = "a".repeat(Values.LONGEST_COMPARED + more);
            assertThat(criterion.matches(Values.of(DataSet.empty().withText(tag, VR.UT, List.of(text)))))
                    .isEqualTo(more == 0);
        }
    }

    private static StudyRow study() {
        return new StudyRow(ATTRIBUTES, List.of(), List.of(), 1, 1);
    }

    private static QueryPlan plan(Level level, Set<Tag> returned) {
        return QueryPlan.of(
                new Query(level, List.of(), returned),
                new StudyTokens(new BlindTokens(label -> new byte[32])),
                new QueryTurns(1).pace(() -> false));
    }
}
