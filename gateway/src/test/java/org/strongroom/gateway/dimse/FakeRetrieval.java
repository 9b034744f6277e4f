package org.strongroom.gateway.dimse;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.strongroom.archive.Retrieval;

/** Instances in pages of 400. */
final class FakeRetrieval implements Retrieval {
    private static final int PAGE = 400;

    private final Queue<StoredInstance> left;
    private final int count;

    private FakeRetrieval(List<? extends StoredInstance> instances) {
        this.left = new ArrayDeque<>(instances);
        this.count = instances.size();
    }

    static Retrieval of(List<? extends StoredInstance> instances) {
        return new FakeRetrieval(instances);
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public List<StoredInstance> next() {
        List<StoredInstance> page = new ArrayList<>();
        while (page.size() < PAGE && !left.isEmpty()) {
            page.add(left.remove());
        }
        return page;
    }
}
