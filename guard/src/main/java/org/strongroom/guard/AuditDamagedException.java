package org.strongroom.guard;

import java.io.IOException;

/** The audit log is not what was written: altered, cut, put back, or the disk failed. */
public final class AuditDamagedException extends IOException {
    private static final long serialVersionUID = 1;
    private final long sequence;
    private final String finding;

    /**
     * @param sequence the first record that is not as it was
     * @param finding what is wrong, without content
     */
    AuditDamagedException(long sequence, String finding) {
        super("audit record " + sequence + ": " + finding);
        this.sequence = sequence;
        this.finding = finding;
    }

    /** The first record that is not as it was. */
    public long sequence() {
        return sequence;
    }

    String finding() {
        return finding;
    }
}
