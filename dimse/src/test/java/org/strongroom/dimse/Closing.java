package org.strongroom.dimse;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What a test opened: closed at its end, the last first. */
final class Closing implements AfterEachCallback {
    private final List<AutoCloseable> opened = new ArrayList<>();

    void add(AutoCloseable one) {
        opened.add(one);
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        for (AutoCloseable one : opened.reversed()) {
            one.close();
        }
    }
}
