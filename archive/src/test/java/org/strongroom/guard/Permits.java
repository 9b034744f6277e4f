package org.strongroom.guard;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.strongroom.dicom.Uid;

/** Permits for tests of the archive: in guard's package, since only guard makes them. */
public final class Permits {
    private static final Identity TESTER = new Identity.Local("tester");

    private Permits() {}

    public static <A extends Action> Permit<A> of(A action, Instant until) {
        return new Permit<>(TESTER, Purpose.TREAT, action, new AuditId(0), until);
    }

    public static Permit<Action.Store> store() {
        return of(new Action.Store("TESTER"), Instant.MAX);
    }

    public static Permit<Action.Retrieve> study(Uid study) {
        return of(
                new Action.Retrieve(Optional.empty(), List.of(study), List.of(), List.of(), "TESTER", Optional.empty()),
                Instant.MAX);
    }
}
