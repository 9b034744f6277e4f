@NullMarked
package org.strongroom.testkit;

import org.jspecify.annotations.NullMarked;
