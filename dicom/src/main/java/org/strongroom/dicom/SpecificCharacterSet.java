package org.strongroom.dicom;

/** Specific Character Set (0008,0005), PS3.3 section C.12.1.1.2. */
public final class SpecificCharacterSet {
    SpecificCharacterSet() {}
}
