/** File-sets on media, PS3.10 section 8: the DICOMDIR, read, written, and compared with the files it lists. */
@org.jspecify.annotations.NullMarked
package org.strongroom.dicom.media;
