package org.strongroom.dicom;

/** The attributes that code names, as typed keys; generated from tools/attributes.txt and the dictionary. */
public final class Attributes {
    private Attributes() {}
}
