package org.strongroom.archive;

/** Subkeys of the master key, one for each label and use. */
public interface KeyDerivation {
    /** A 32-byte key, the same for the same label; the caller may change the array. */
    byte[] derive(String label);
}
