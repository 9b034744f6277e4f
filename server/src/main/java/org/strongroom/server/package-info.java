@NullMarked
package org.strongroom.server;

import org.jspecify.annotations.NullMarked;
