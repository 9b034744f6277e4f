@NullMarked
package org.strongroom.dicom;

import org.jspecify.annotations.NullMarked;
