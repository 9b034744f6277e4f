package org.strongroom.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serializable;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PermitTest {
    @Test
    void nobody_outside_guard_can_make_one() {
        assertThat(Modifier.isFinal(Permit.class.getModifiers())).isTrue();
        assertThat(Permit.class.getDeclaredConstructors())
                .isNotEmpty()
                .allMatch(c -> !Modifier.isPublic(c.getModifiers()) && !Modifier.isProtected(c.getModifiers()));
        assertThat(Serializable.class.isAssignableFrom(Permit.class))
                .as("nor by deserialisation")
                .isFalse();
        assertThat(Arrays.stream(Permit.class.getDeclaredMethods())
                        .filter(m -> Modifier.isStatic(m.getModifiers()) && !m.isSynthetic()))
                .as("nor by a factory")
                .isEmpty();
    }
}
