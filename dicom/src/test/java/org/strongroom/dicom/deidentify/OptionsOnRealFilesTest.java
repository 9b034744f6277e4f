package org.strongroom.dicom.deidentify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.VR;
import org.strongroom.testkit.Extent;

/** Each option over real files: what it keeps stays as it was, and nothing identifying beside that. */
class OptionsOnRealFilesTest {
    /** Of each option that keeps, an attribute that files often have. */
    private static final Map<ProfileOption, Tag> KEPT = new EnumMap<>(Map.of(
            ProfileOption.RETAIN_FULL_DATES, new Tag(0x00080020),
            ProfileOption.RETAIN_UIDS, Subject.STUDY,
            ProfileOption.RETAIN_PATIENT_CHARACTERISTICS, new Tag(0x00100040),
            ProfileOption.RETAIN_DEVICE_IDENTITY, new Tag(0x00081010),
            ProfileOption.RETAIN_INSTITUTION_IDENTITY, new Tag(0x00080080)));

    @TestFactory
    Stream<DynamicTest> only_what_the_option_keeps_stays() {
        return Stream.of(ProfileOption.values())
                .map(option -> DynamicTest.dynamicTest(option.label(), () -> check(option)));
    }

    private static void check(ProfileOption option) throws IOException {
        DeidentificationProfile profile = option == ProfileOption.CLEAN_PIXEL_DATA
                ? Deidentified.profile(option)
                : CorpusSample.accepting(option);
        List<String> stayed = new ArrayList<>();
        int stillThere = 0;
        for (CorpusSample.Done done : CorpusSample.all(option.label(), 7, profile)) {
            DataSet before = Deidentified.read(done.before());
            DataSet after = done.read();
            Set<String> values = new HashSet<>();
            CorpusDeidentifyTest.identifying(before, values);
            Set<String> keptValues = new HashSet<>();
            kept(before, profile, keptValues);
            // A UID that is kept may have a date in it.
            values.removeIf(value -> keptValues.stream().anyMatch(kept -> kept.contains(value)));
            DataSet searched = CorpusDeidentifyTest.withoutPixels(after);
            String path = done.entry().path();
            for (String value : values) {
                DataSet without = CorpusDeidentifyTest.withoutChance(searched, path, value);
                if (CorpusDeidentifyTest.text(without).contains(value)) {
                    stayed.add(path + " " + value);
                }
            }
            Tag tag = KEPT.get(option);
            if (tag != null && before.contains(tag) && !before.text(tag).isEmpty()) {
                // A sex of "?" has not the form of a CS: what is no term might be anything.
                List<String> terms = before.text(tag).equals(List.of("?")) ? List.of() : before.text(tag);
                assertThat(after.text(tag)).as(path).isEqualTo(terms);
                stillThere++;
            }
        }
        assertThat(stayed).isEmpty();
        if (Extent.FULL && KEPT.containsKey(option)) {
            assertThat(stillThere).isGreaterThan(50);
        }
    }

    /** The values that the option keeps by the table, or by their VR where the table names no attribute. */
    private static void kept(DataSet dataSet, DeidentificationProfile profile, Set<String> values) {
        for (Tag tag : dataSet.tags()) {
            if (tag.isPrivate()) {
                continue;
            }
            if (dataSet.element(tag).orElseThrow() instanceof Element.Sequence(Tag _, List<DataSet> items)) {
                items.forEach(item -> kept(item, profile, values));
                continue;
            }
            ConfidentialityTable.Row row = ConfidentialityTable.STANDARD.row(tag);
            VR vr = dataSet.element(tag).orElseThrow().vr();
            boolean byVr = row == null
                    && ((vr == VR.UI && profile.has(ProfileOption.RETAIN_UIDS))
                            || ((vr == VR.DA || vr == VR.DT) && profile.has(ProfileOption.RETAIN_FULL_DATES)));
            if (byVr || (row != null && row.action(profile).equals("K"))) {
                values.addAll(dataSet.text(tag));
            }
        }
    }
}
