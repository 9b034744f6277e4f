/**
 * Hostile inputs with what must become of each: made in code, byte by byte, with nothing of ours, so that a mistake in our
 * writers can't hide one in our readers.
 */
@NullMarked
package org.strongroom.testkit.hostile;

import org.jspecify.annotations.NullMarked;
