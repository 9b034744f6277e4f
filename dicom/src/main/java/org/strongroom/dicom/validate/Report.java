package org.strongroom.dicom.validate;

import java.util.List;
import java.util.Optional;
import org.strongroom.dicom.Uid;

/**
 * All that was found in one instance, errors first.
 *
 * @param sopClass empty where the instance does not say
 * @param iod name of the Information Object Definition whose modules were checked; empty where none was
 * @param more findings that are not in the list, which is bounded
 */
public record Report(Optional<Uid> sopClass, String iod, List<Finding> findings, long more) {
    /** How many kinds of finding have this severity. */
    public long count(Severity severity) {
        return findings.stream()
                .filter(finding -> finding.severity() == severity)
                .count();
    }

    public boolean hasErrors() {
        return count(Severity.ERROR) > 0;
    }
}
