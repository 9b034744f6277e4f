package org.strongroom.dicom.validate;

import org.strongroom.dicom.Tag;

/**
 * The element at which reading of a long instance ended, known by its header and framing alone.
 *
 * @param letters its VR as written; empty in implicit VR
 * @param length in bytes; -1 when undefined
 * @param fragments items of encapsulated data, the Basic Offset Table included; -1 when it is not encapsulated
 */
record Bulk(Tag tag, String letters, long length, long fragments) {}
