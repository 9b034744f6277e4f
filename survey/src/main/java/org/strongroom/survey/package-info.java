@NullMarked
package org.strongroom.survey;

import org.jspecify.annotations.NullMarked;
