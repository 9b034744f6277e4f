package org.strongroom.dicom;

/** A range of bytes in the source a data set was read from: offset and length in bytes. */
public record ByteRange(long offset, long length) {}
