package org.strongroom.dicom.validate;

import static org.strongroom.dicom.validate.Severity.ERROR;
import static org.strongroom.dicom.validate.Severity.NOTE;
import static org.strongroom.dicom.validate.Severity.WARNING;

import java.util.Locale;

/** What is checked, where the standard says so, and what to do about it. */
public enum Rule {
    CANNOT_BE_READ(ERROR, "PS3.5 7, PS3.10 7", "ask for the object again, or have the sender's encoding repaired"),
    NOT_CHECKED(NOTE, "", "validate a copy without its bulk values, if the rest matters"),
    META_ABSENT(ERROR, "PS3.10 7.1", "write the file with preamble, prefix and File Meta Information"),
    META_ELEMENT(ERROR, "PS3.10 7.1", "write the File Meta Information anew"),
    META_VERSION(WARNING, "PS3.10 7.1", "write 00H 01H"),
    META_GROUP_LENGTH(ERROR, "PS3.10 7.1", "write the File Meta Information anew"),
    META_UID_DIFFERS(ERROR, "PS3.10 7.1", "write the File Meta Information anew from the data set"),
    TRANSFER_SYNTAX_RETIRED(NOTE, "PS3.5 10, PS3.6 A", "send it in a transfer syntax that is not retired"),
    ELEMENT_ORDER(ERROR, "PS3.5 7.1", "write the elements in ascending order of tag"),
    DUPLICATE_ELEMENT(ERROR, "PS3.5 7.1", "keep one of them; readers take the first or the last"),
    ODD_LENGTH(ERROR, "PS3.5 7.1.1", "pad the value to an even length"),
    GROUP_LENGTH(WARNING, "PS3.5 7.2", "leave the retired group length out"),
    UNKNOWN_VR(ERROR, "PS3.5 6.2", "write the VR of the dictionary, or UN"),
    VR_ABSENT(ERROR, "PS3.5 7.1.2", "write the VR with every element of an explicit VR transfer syntax"),
    DELIMITER(ERROR, "PS3.5 7.5", "write a delimiter after each item and sequence of undefined length, and no other"),
    TRAILING_ZEROS(WARNING, "PS3.5 7.1", "end the file after the last element, or pad with (FFFC,FFFC)"),
    FORBIDDEN_ELEMENT(ERROR, "PS3.5 7.1, 7.8", "leave the element out of the data set"),
    PRIVATE_WITHOUT_CREATOR(WARNING, "PS3.5 7.8.1", "write the private creator that reserves the block"),
    PRIVATE_CREATOR(ERROR, "PS3.5 7.8.1", "write one non-empty LO value as private creator"),
    UNKNOWN_ELEMENT(WARNING, "PS3.6 6", "use a private element for what the standard does not define"),
    RETIRED_ELEMENT(NOTE, "PS3.6 6", "use what replaced it"),
    VR_WRONG(ERROR, "PS3.6 6", "write the VR of the dictionary"),
    VR_UN(WARNING, "PS3.5 6.2.2", "write the VR of the dictionary"),
    VR_CONTEXT(ERROR, "PS3.5 A", "write the VR that fits Bits Allocated, Pixel Representation and transfer syntax"),
    VM_WRONG(ERROR, "PS3.6 6", "write as many values as the dictionary allows"),
    VALUE_LENGTH(ERROR, "PS3.5 6.2", "shorten the value"),
    VALUE_CHARACTERS(ERROR, "PS3.5 6.2", "write only characters that the VR allows"),
    VALUE_FORM(ERROR, "PS3.5 6.2", "write the value in the form of its VR"),
    VALUE_PADDING(WARNING, "PS3.5 6.2", "pad UI with one NUL and text with a space"),
    CHARACTER_SET(ERROR, "PS3.3 C.12.1.1.2", "name the character sets in (0008,0005) by their defined terms"),
    CHARACTER_SET_ABSENT(ERROR, "PS3.3 C.12.1", "name the character set of the text in (0008,0005)"),
    TEXT_UNDECODABLE(ERROR, "PS3.5 6.1", "write the text in the character set that (0008,0005) names"),
    SOP_CLASS(ERROR, "PS3.3 C.12.1", "write SOP Class UID and SOP Instance UID"),
    SOP_CLASS_UNKNOWN(WARNING, "PS3.4 B.5", "use a Storage SOP Class of the standard"),
    SOP_CLASS_RETIRED(NOTE, "PS3.4 B.6", "use the SOP Class that replaced it"),
    TYPE_1_MISSING(ERROR, "PS3.5 7.4.1", "write the attribute with a value"),
    TYPE_1_EMPTY(ERROR, "PS3.5 7.4.1", "write a value; unknown is not allowed here"),
    TYPE_1C_MISSING(ERROR, "PS3.5 7.4.2", "write the attribute: its condition holds"),
    TYPE_1C_EMPTY(ERROR, "PS3.5 7.4.2", "write a value, or leave the attribute out where its condition allows"),
    TYPE_2_MISSING(ERROR, "PS3.5 7.4.3", "write the attribute, of zero length if its value is unknown"),
    TYPE_2C_MISSING(ERROR, "PS3.5 7.4.4", "write the attribute, of zero length if its value is unknown"),
    CONDITION_FORBIDS(ERROR, "PS3.5 7.4.2", "leave the attribute out: its condition does not hold"),
    ITEM_COUNT(ERROR, "PS3.5 7.5", "write as many items as the module allows"),
    ENUMERATED_VALUE(ERROR, "PS3.5 6.3", "write one of the enumerated values"),
    DEFINED_TERM(WARNING, "PS3.5 6.3", "write a defined term, if one fits"),
    FRAME_GROUPS(ERROR, "PS3.3 C.7.6.16", "write the functional group once for all frames or in each frame"),
    FRAME_COUNT(ERROR, "PS3.3 C.7.6.16", "write one item for each frame"),
    PIXEL_DESCRIPTION(ERROR, "PS3.3 C.7.6.3.1", "make the description of the pixels agree with itself"),
    PIXEL_LENGTH(ERROR, "PS3.5 8", "make Pixel Data as long as its description says"),
    PIXEL_ENCAPSULATION(ERROR, "PS3.5 A", "write pixel data as the transfer syntax wants it"),
    PIXEL_FRAGMENTS(ERROR, "PS3.5 A.4", "write at least one fragment for each frame"),
    LOSSY_UNDECLARED(WARNING, "PS3.3 C.7.6.1.1.5", "set Lossy Image Compression to 01"),
    CONTENT_TREE(ERROR, "PS3.3 C.17.3", "build the content tree as the IOD allows"),
    NOT_IN_IOD(NOTE, "PS3.4 B.4.1", "nothing, if a Standard Extended SOP Class is meant");

    private final Severity severity;
    private final String section;
    private final String advice;

    Rule(Severity severity, String section, String advice) {
        this.severity = severity;
        this.section = section;
        this.advice = advice;
    }

    public Severity severity() {
        return severity;
    }

    /** Where the standard has it; empty where it is none of the standard's rules. */
    public String section() {
        return section;
    }

    /** What to do, for who made the object. */
    public String advice() {
        return advice;
    }

    /** For programs that read findings: "type-1-missing". */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
