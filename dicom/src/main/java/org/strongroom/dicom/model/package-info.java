/**
 * Data sets in other forms: the DICOM JSON Model (PS3.18 annex F) and the Native DICOM Model (XML, PS3.19 section A.1), both
 * ways, streaming.
 *
 * <p>What neither form keeps: padding, group lengths, group 0002, whether lengths were undefined, the payload of a NaN. Bytes
 * of a text that stand for no character become U+FFFD.
 */
@NullMarked
package org.strongroom.dicom.model;

import org.jspecify.annotations.NullMarked;
