package org.strongroom.dicom.validate;

/** How much a finding matters. */
public enum Severity {
    /** Against the standard: another program may refuse the instance or read it wrong. */
    ERROR,
    /** Against the standard in a way that readers live with, or likely a mistake. */
    WARNING,
    /** Allowed and worth knowing: retired, or beyond the standard. */
    NOTE
}
