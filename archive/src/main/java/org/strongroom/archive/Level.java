package org.strongroom.archive;

/** Query/Retrieve levels, PS3.4 C.3. */
public enum Level {
    PATIENT,
    STUDY,
    SERIES,
    IMAGE
}
