package org.strongroom.gateway.dimse;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.strongroom.archive.Archive;
import org.strongroom.archive.Matches;
import org.strongroom.archive.Query;
import org.strongroom.archive.Retrieval;
import org.strongroom.archive.Retrieval.StoredInstance;
import org.strongroom.archive.StoreOutcome;
import org.strongroom.archive.StoreRequest;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;
import org.strongroom.guard.Action;
import org.strongroom.guard.Permit;

/** Keeps what it is given, finds what it was told to find. */
final class FakeArchive implements Archive {
    final List<FakeInstance> stored = new ArrayList<>();
    Optional<List<? extends StoredInstance>> retrieved = Optional.empty();
    final List<DataSet> answers = new ArrayList<>();
    final List<Query> queries = new ArrayList<>();
    final List<Permit<?>> permits = new ArrayList<>();
    Optional<StoreOutcome> outcome = Optional.empty();
    Set<Tag> ignored = Set.of();
    boolean broken;

    @Override
    public StoreOutcome store(Permit<Action.Store> permit, StoreRequest request) throws IOException {
        use(permit);
        byte[] bytes = request.body().readAllBytes();
        if (outcome.isPresent()) {
            return outcome.get();
        }
        stored.add(new FakeInstance(
                request.sopInstance().orElseThrow(), request.sopClass().orElseThrow(), request.syntax(), bytes));
        return new StoreOutcome.Stored(bytes.length);
    }

    @Override
    public Matches find(Permit<Action.Query> permit, Query query, BooleanSupplier cancelled) throws IOException {
        use(permit);
        queries.add(query);
        Iterator<DataSet> left = List.copyOf(answers).iterator();
        return new Matches() {
            @Override
            public Optional<DataSet> next() {
                return left.hasNext() ? Optional.of(left.next()) : Optional.empty();
            }

            @Override
            public Set<Tag> ignored() {
                return ignored;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public Retrieval retrieve(Permit<Action.Retrieve> permit) throws IOException {
        use(permit);
        return FakeRetrieval.of(retrieved.orElse(stored));
    }

    private void use(Permit<?> permit) throws IOException {
        if (broken) {
            throw new IOException("disk failed");
        }
        permits.add(permit);
    }

    @Override
    public void close() {}
}
