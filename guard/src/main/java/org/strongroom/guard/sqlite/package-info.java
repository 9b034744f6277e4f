/** Guard's rows in SQLite. */
@NullMarked
package org.strongroom.guard.sqlite;

import org.jspecify.annotations.NullMarked;
