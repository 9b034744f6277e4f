/** Measurements of the toolkit, run by {@code bench/toolkit}; nothing depends on them. */
@NullMarked
package org.strongroom.bench;

import org.jspecify.annotations.NullMarked;
