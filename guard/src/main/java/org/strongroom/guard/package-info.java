@NullMarked
package org.strongroom.guard;

import org.jspecify.annotations.NullMarked;
