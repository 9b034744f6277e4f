package org.strongroom.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What every guard store does, the fake and the real ones. */
public abstract class GuardStoreContract {
    /** The same store again, as after a restart. */
    protected abstract GuardStore open() throws Exception;

    @Test
    void rows_are_there_after_reopening_and_replace_those_of_their_name() throws Exception {
        GuardStore.Row a = new GuardStore.Row("device", "a", "{\"x\":\"\u00e4\u0000'\"}", "00");
        GuardStore.Row b = new GuardStore.Row("device", "b", "{}", "01");
        GuardStore.Row sameNameOtherKind = new GuardStore.Row("administrator", "a", "{}", "02");
        try (GuardStore store = open()) {
            assertThat(store.rows()).isEmpty();
            store.put(List.of(a, b, sameNameOtherKind));
            store.put(List.of());
        }
        GuardStore.Row changed = new GuardStore.Row("device", "a", "{\"y\":1}", "03");
        try (GuardStore store = open()) {
            assertThat(store.rows()).containsExactlyInAnyOrder(a, b, sameNameOtherKind);
            store.put(List.of(changed));
            assertThat(store.rows()).containsExactlyInAnyOrder(changed, b, sameNameOtherKind);
        }
    }
}
