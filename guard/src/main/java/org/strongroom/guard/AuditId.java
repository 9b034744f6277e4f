package org.strongroom.guard;

/** The position of a record in the audit log, from 0. */
public record AuditId(long sequence) {}
