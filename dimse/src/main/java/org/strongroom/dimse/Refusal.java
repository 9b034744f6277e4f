package org.strongroom.dimse;

/** A failure to get or keep an association that knows what can be done about it. Its message says who refused and why. */
public interface Refusal {
    /** What to do, as a sentence for people without its full stop: "enrol the calling AE title there". */
    String advice();
}
