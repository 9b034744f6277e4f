package org.strongroom.guard;

/** Purpose of use, HL7 code system v3-ActReason, value set PurposeOfUse. */
public enum Purpose {
    /** Treatment. */
    TREAT,
    /** Emergency treatment: break-glass. */
    ETREAT,
    /** Healthcare payment. */
    HPAYMT,
    /** Healthcare operations. */
    HOPERAT,
    /** Healthcare research. */
    HRESCH,
    /** Patient requested. */
    PATRQT,
    /** Public health. */
    PUBHLTH,
    /** System administration. */
    HSYSADMIN
}
