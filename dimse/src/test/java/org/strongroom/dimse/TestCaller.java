package org.strongroom.dimse;

import java.net.InetAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Somebody at 10.0.0.x who wants a place: notes what is done to it, and waits for nothing. */
class TestCaller implements FairShare.Caller {
    final List<Long> pauses = new CopyOnWriteArrayList<>();
    volatile boolean sentAway;
    private final InetAddress address;
    private final Line line = new Line(new Socket(), Timeouts.DEFAULT);

    TestCaller(int host) {
        try {
            address = InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) host});
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Override
    public InetAddress address() {
        return address;
    }

    @Override
    public Line line() {
        return line;
    }

    @Override
    public void pause(long nanos) {
        pauses.add(nanos);
    }

    @Override
    public void makeWay() {
        sentAway = true;
    }
}
