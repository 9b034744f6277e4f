package org.strongroom.gateway.dimse;

import java.io.IOException;
import javax.net.ssl.SSLContext;
import org.strongroom.guard.DeviceRecord;

/** How a device is called: with whose key, trusting whom. */
public interface DeviceLine {
    /**
     * The TLS context for calling a device, with the archive's own certificate.
     *
     * @throws IOException when the device has no address, or its trust can't be read
     */
    SSLContext tls(DeviceRecord device) throws IOException;
}
