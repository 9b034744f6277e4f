@NullMarked
package org.strongroom.dimse;

import org.jspecify.annotations.NullMarked;
