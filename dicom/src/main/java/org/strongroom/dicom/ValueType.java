package org.strongroom.dicom;

/** How values of one Java type are decoded from and encoded to the bytes of an element. */
public interface ValueType<T> {}
