/**
 * Whether an instance is as the standard wants it: its encoding (PS3.5), its file (PS3.10), its attributes (PS3.3, PS3.6).
 * Findings are for people and logs; nothing is refused because of them.
 */
@NullMarked
package org.strongroom.dicom.validate;

import org.jspecify.annotations.NullMarked;
