package org.strongroom.dimse;

import java.util.List;
import java.util.Optional;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;

/**
 * The outcome of a DIMSE operation, PS3.7 annex C and the service classes of PS3.4.
 *
 * @param code Status (0000,0900)
 * @param comment Error Comment (0000,0902), at most 64 characters, never a value of a data set
 * @param offending Offending Elements (0000,0901)
 * @param counts sub-operations of C-MOVE and C-GET
 * @param failed Failed SOP Instance UID List (0008,0058) of C-MOVE and C-GET
 */
public record Status(
        int code, Optional<String> comment, List<Tag> offending, Optional<SubOperations> counts, List<Uid> failed) {
    public static final Status SUCCESS = of(0x0000);
    public static final Status CANCEL = of(0xFE00);
    public static final Status PENDING = of(0xFF00);
    /** Pending, but one or more optional keys were not supported, PS3.4 C.4.1.1.4. */
    public static final Status PENDING_KEYS_NOT_SUPPORTED = of(0xFF01);

    public static final Status OUT_OF_RESOURCES = of(0xA700);
    public static final Status MOVE_DESTINATION_UNKNOWN = of(0xA801);
    public static final Status DATA_SET_DOES_NOT_MATCH = of(0xA900);
    public static final Status SUBOPERATIONS_FAILED = of(0xA702);
    public static final Status SUBOPERATIONS_WARNING = of(0xB000);
    public static final Status CANNOT_UNDERSTAND = of(0xC000);
    public static final Status SOP_CLASS_NOT_SUPPORTED = of(0x0122);
    public static final Status NOT_AUTHORIZED = of(0x0124);
    public static final Status UNRECOGNIZED_OPERATION = of(0x0211);
    public static final Status PROCESSING_FAILURE = of(0x0110);
    public static final Status INVALID_INSTANCE = of(0x0117);
    public static final Status MISSING_ATTRIBUTE = of(0x0120);

    public static Status of(int code) {
        return new Status(code, Optional.empty(), List.of(), Optional.empty(), List.of());
    }

    public Status because(String reason) {
        return new Status(
                code, Optional.of(reason.length() > 64 ? reason.substring(0, 64) : reason), offending, counts, failed);
    }

    public Status at(List<Tag> elements) {
        return new Status(code, comment, elements, counts, failed);
    }

    public Status with(SubOperations operations, List<Uid> failedInstances) {
        return new Status(code, comment, offending, Optional.of(operations), failedInstances);
    }

    public boolean isSuccess() {
        return code == 0;
    }

    public boolean isPending() {
        return (code & 0xFFFE) == 0xFF00;
    }

    /** Warning, PS3.7 annex C: B0xx and 0001, 0107, 0116. */
    public boolean isWarning() {
        return (code & 0xF000) == 0xB000 || code == 0x0001 || code == 0x0107 || code == 0x0116;
    }
}
