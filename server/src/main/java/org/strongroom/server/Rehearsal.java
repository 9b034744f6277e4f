package org.strongroom.server;

/** Run once after a build, so that the start-up cache holds the classes a start needs. */
public final class Rehearsal {
    private Rehearsal() {}

    public static void main(String[] arguments) {}
}
