package org.strongroom.dicom.deidentify;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uids;

/** Whether an instance may pass although nobody looked at its pixels, PS3.15 sections E.3.1 and E.3.2. */
final class PixelRules {
    private static final Set<String> OFTEN_BURNED_IN = Set.of(
            "US", "IVUS", "OT", "SC", "XC", "ES", "GM", "XA", "RF", "DG", "TG", "OP", "DOC", "ECG", "EPS", "HD", "HC",
            "IVOCT", "VF", "PX", "IO", "SM", "DMS");
    private static final String CLASSES = "1.2.840.10008.5.1.4.1.1.";
    /** Ultrasound, secondary capture, X-ray angiography and fluoroscopy, visible light; video among it. */
    private static final List<String> OFTEN_BURNED_IN_CLASSES = List.of(
            CLASSES + "3",
            CLASSES + "6",
            CLASSES + "7",
            CLASSES + "12.1",
            CLASSES + "12.2",
            CLASSES + "12.3",
            CLASSES + "77.1",
            CLASSES + "5");

    private static final Set<String> SPEECH_CLASSES = Set.of(CLASSES + "9.4.1", CLASSES + "9.4.2");

    private PixelRules() {}

    static Optional<Refusal> refusal(Subject subject, DeidentificationProfile profile) {
        String sopClass = subject.value(Subject.SOP_CLASS);
        if (subject.isDirectory() || sopClass.equals(Uids.MediaStorageDirectoryStorage.value())) {
            return Optional.of(Refusal.DIRECTORY);
        }
        if (subject.isContradictory()) {
            return Optional.of(Refusal.CONTRADICTORY);
        }
        if (subject.uid(Subject.SOP_CLASS).isEmpty()
                || subject.uid(Subject.SOP_INSTANCE).isEmpty()) {
            return Optional.of(Refusal.NO_INSTANCE);
        }
        if (SPEECH_CLASSES.contains(sopClass) || modalities(subject).contains("AU")) {
            return Optional.of(Refusal.SPEECH);
        }
        if (subject.hasPixelsElsewhere()) {
            return Optional.of(Refusal.PIXELS_ELSEWHERE);
        }
        if (saysYes(subject, Subject.BURNED_IN)) {
            return Optional.of(Refusal.BURNED_IN);
        }
        if (saysYes(subject, Subject.RECOGNIZABLE)) {
            return Optional.of(Refusal.RECOGNIZABLE);
        }
        return subject.hasPixels() ? ofImage(subject, profile) : Optional.empty();
    }

    private static boolean saysYes(Subject subject, Tag tag) {
        return subject.value(tag).toUpperCase(Locale.ROOT).contains("YES");
    }

    /** In capitals and without padding, as they should be. */
    private static List<String> terms(Subject subject, Tag tag) {
        return subject.values(tag).stream()
                .map(value -> value.strip().toUpperCase(Locale.ROOT))
                .toList();
    }

    private static List<String> modalities(Subject subject) {
        return terms(subject, Subject.MODALITY);
    }

    private static Optional<Refusal> ofImage(Subject subject, DeidentificationProfile profile) {
        boolean clear = subject.value(Subject.BURNED_IN).equals("NO");
        boolean faceless = subject.value(Subject.RECOGNIZABLE).equals("NO");
        List<String> type = terms(subject, Subject.IMAGE_TYPE);
        if (subject.hasOverlayInPixels()) {
            return Optional.of(Refusal.OVERLAY_IN_PIXELS);
        }
        if (!clear && type.stream().anyMatch(value -> value.contains("LABEL") || value.contains("SCREEN"))) {
            return Optional.of(Refusal.LABEL);
        }
        if ((profile.has(ProfileOption.CLEAN_PIXEL_DATA) && !clear)
                || (profile.has(ProfileOption.CLEAN_RECOGNIZABLE_VISUAL_FEATURES) && !faceless)) {
            return Optional.of(Refusal.PIXELS_NOT_CLEANED);
        }
        return clear || profile.unknownBurnedInAccepted() || !oftenBurnedIn(subject)
                ? Optional.empty()
                : Optional.of(Refusal.BURNED_IN_UNKNOWN);
    }

    private static boolean oftenBurnedIn(Subject subject) {
        String sopClass = subject.value(Subject.SOP_CLASS);
        boolean nobodyKnows = modalities(subject).equals(List.of(""))
                && subject.uid(Subject.SOP_CLASS)
                        .flatMap(Dictionary.standard()::uidName)
                        .isEmpty();
        return nobodyKnows
                || modalities(subject).stream().anyMatch(OFTEN_BURNED_IN::contains)
                || OFTEN_BURNED_IN_CLASSES.stream()
                        .anyMatch(known -> sopClass.equals(known) || sopClass.startsWith(known + "."));
    }
}
