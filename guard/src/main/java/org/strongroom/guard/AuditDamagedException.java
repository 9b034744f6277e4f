package org.strongroom.guard;

import java.io.IOException;

/** The audit log is not what was written: altered, cut, put back, or the disk failed. */
public final class AuditDamagedException extends IOException {
    private static final long serialVersionUID = 1;
    private final transient Verification.Fault fault;

    /**
     * What is wrong with one record.
     *
     * @param sequence the first record that is not as it was
     * @param finding what is wrong, without content
     */
    AuditDamagedException(long sequence, String finding) {
        this(sequence, sequence, finding);
    }

    /** What is wrong with one of several records. */
    AuditDamagedException(long first, long last, String finding) {
        this(new Verification.Fault(first, last, finding));
    }

    private AuditDamagedException(Verification.Fault fault) {
        super("the audit log is damaged at " + fault
                + ". Keep it as it is and run: strongroom audit verify. To go on with a new log, move the audit directory"
                + " and audit.head of the keys directory away together");
        this.fault = fault;
    }

    /** The first record that is not as it was. */
    public long sequence() {
        return fault.first();
    }

    Verification.Fault fault() {
        return fault;
    }
}
