@NullMarked
package org.strongroom.gateway;

import org.jspecify.annotations.NullMarked;
