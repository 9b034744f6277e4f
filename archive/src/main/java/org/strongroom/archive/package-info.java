@NullMarked
package org.strongroom.archive;

import org.jspecify.annotations.NullMarked;
