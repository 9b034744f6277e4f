package org.strongroom.dicom;

/**
 * Bytes that are not what PS3.5 or PS3.10 ask for, or that exceed {@link Limits}. The message names what, the offset and
 * the tag path, never a value. Caught once, at the door.
 */
public final class DicomFormatException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private static final int LONGEST_PATH = 160;

    private final long offset;
    private final String path;

    public DicomFormatException(String message) {
        super(message);
        this.offset = -1;
        this.path = "";
    }

    /**
     * @param offset in bytes, in the data set (after inflation, for a deflated one)
     * @param path the tags and item numbers from the outermost element in, "(0040,A730)[2] (0008,0100)"; empty if none
     */
    public DicomFormatException(String what, long offset, String path) {
        super(what + " at offset " + offset + (path.isEmpty() ? "" : " in " + brief(path)));
        this.offset = offset;
        this.path = path;
    }

    /** A message is one line to read: of a path deeper than anybody nests, the two ends. */
    private static String brief(String path) {
        return path.length() <= LONGEST_PATH
                ? path
                : path.substring(0, Math.max(0, path.lastIndexOf(' ', LONGEST_PATH / 2))) + " ... "
                        + path.substring(path.lastIndexOf(' ') + 1);
    }

    /** Where, in bytes; -1 when not known. */
    public long offset() {
        return offset;
    }

    /** Tags and item numbers from the outermost element in; empty when not known. */
    public String path() {
        return path;
    }
}
