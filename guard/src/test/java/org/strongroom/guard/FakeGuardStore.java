package org.strongroom.guard;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rows in memory; a test may alter them behind guard's back. */
public final class FakeGuardStore implements GuardStore {
    public final Map<List<String>, Row> rows = new LinkedHashMap<>();
    public boolean broken;

    @Override
    public List<Row> rows() {
        return new ArrayList<>(rows.values());
    }

    @Override
    public void put(List<Row> changed) throws IOException {
        if (broken) {
            throw new IOException("the identity database can't be written");
        }
        changed.forEach(r -> rows.put(List.of(r.kind(), r.name()), r));
    }

    @Override
    public void close() {}
}
