@NullMarked
package org.strongroom.gateway.dimse;

import org.jspecify.annotations.NullMarked;
