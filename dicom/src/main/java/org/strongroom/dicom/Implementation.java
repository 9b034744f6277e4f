package org.strongroom.dicom;

/** How this program names itself on the network and in files, PS3.7 section D.3.3.2. */
public final class Implementation {
    /** Made once from a random UUID, PS3.5 annex B.2; never to be changed. */
    public static final Uid classUid = new Uid("2.25.220869503714213398112170385360665618488");

    /** At most 16 characters. */
    public static final String versionName = "STRONGROOM_01";

    private Implementation() {}
}
