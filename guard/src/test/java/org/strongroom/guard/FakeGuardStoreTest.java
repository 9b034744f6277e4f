package org.strongroom.guard;

class FakeGuardStoreTest extends GuardStoreContract {
    private final FakeGuardStore store = new FakeGuardStore();

    @Override
    protected GuardStore open() {
        return store;
    }
}
