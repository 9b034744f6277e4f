package org.strongroom.guard;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What an offline verification of the audit log found.
 *
 * @param records read and under the tree, up to the fault if there is one
 * @param bytes of segments read
 * @param root of the tree over these records, hex
 * @param headsChecked signed heads whose root was compared and matched
 * @param signed how many records the newest signed head covers
 * @param signedAt when that head was signed
 * @param decrypted whether the records were opened too
 * @param fault the first; empty when the log is what was written
 * @param notes what is no fault but worth knowing
 */
public record Verification(
        long records,
        int segments,
        long bytes,
        String root,
        long headsChecked,
        long signed,
        Optional<Instant> signedAt,
        boolean decrypted,
        Optional<Fault> fault,
        List<String> notes) {
    /** Whether the log is what was written. */
    public boolean sound() {
        return fault.isEmpty();
    }

    /**
     * The first thing that is wrong.
     *
     * @param first the first bad record; where {@code last} is another, one of those up to it, since without the audit key
     *     nothing tells which; both are {@link #NO_RECORD} where the records are sound and a signed head is not
     * @param finding what is wrong, without content
     */
    public record Fault(long first, long last, String finding) {
        /** A fault of a signed head and of no record. */
        public static final long NO_RECORD = -1;

        @Override
        public String toString() {
            if (first == NO_RECORD) {
                return finding;
            }
            return (first == last ? "record " + first : "one of records " + first + " to " + last) + ": " + finding;
        }
    }
}
