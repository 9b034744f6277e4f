package org.strongroom.dicom.model;

/** Takes bytes of a string as they are read; they are only lent. */
interface ByteSink {
    void put(byte[] bytes, int from, int length);
}
