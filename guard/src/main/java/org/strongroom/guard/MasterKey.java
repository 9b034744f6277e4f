package org.strongroom.guard;

import java.io.IOException;

/**
 * Where the 32 bytes come from that everything else is derived from. A key file for now; a passphrase, a TPM or a key
 * service are further implementations.
 */
public interface MasterKey {
    /**
     * The 32 key bytes; the caller clears the array.
     *
     * @throws IOException when the key can't be had; the message says what to do and never holds key material
     */
    byte[] unlock() throws IOException;

    /** Whether someone who takes this machine away has the key too; reports say so. */
    boolean liesOnThisMachine();
}
