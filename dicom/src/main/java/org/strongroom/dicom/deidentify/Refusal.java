package org.strongroom.dicom.deidentify;

/** Why an instance is not de-identified: in each case something identifying could stay in what came out. */
public enum Refusal {
    NO_INSTANCE("has no SOP Class UID and SOP Instance UID, so it is no instance"),
    DIRECTORY("is a DICOMDIR: de-identify the files it lists, and make a new one"),
    CONTRADICTORY("has an attribute twice, with different values, that decides whose or what it is"),
    BURNED_IN(
            "says that its pixels show text that identifies (Burned In Annotation YES), and pixels are not cleaned yet"),
    BURNED_IN_UNKNOWN(
            "is of a kind that often has text in its pixels and does not say that it has none: look at it, then"
                    + " accept such files by choice"),
    RECOGNIZABLE("says that its pixels show a recognisable face (Recognizable Visual Features YES), and pixels are not"
            + " cleaned yet"),
    PIXELS_NOT_CLEANED("has pixels that were to be cleaned, which is not there yet"),
    LABEL("is an image of a label or a screen, which shows text"),
    OVERLAY_IN_PIXELS("has an overlay in unused bits of its pixel data, which is not taken out yet"),
    SPEECH("is a recording of sound, which nobody can clean without listening"),
    PIXELS_ELSEWHERE("names a server that has its pixels, and would name it no more");

    private final String text;

    Refusal(String text) {
        this.text = text;
    }

    /** What to tell a person, after the name of the file. */
    public String text() {
        return text;
    }
}
