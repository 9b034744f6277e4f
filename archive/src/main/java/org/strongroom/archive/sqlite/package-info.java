@NullMarked
package org.strongroom.archive.sqlite;

import org.jspecify.annotations.NullMarked;
