/** De-identification of instances, PS3.15 annex E: a profile, a key, and one pass over the bytes. */
@NullMarked
package org.strongroom.dicom.deidentify;

import org.jspecify.annotations.NullMarked;
