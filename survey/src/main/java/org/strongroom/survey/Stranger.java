package org.strongroom.survey;

import java.io.IOException;
import org.strongroom.dimse.AeTitle;

/** One who comes without an identity and looks at a port: the only type of the survey that sends anything. */
interface Stranger {
    /**
     * Makes one connection, asks, and ends it.
     *
     * @param tls whether to speak TLS; no client certificate is shown and the server's is not judged
     * @throws IOException only when this machine fails, not the other
     */
    Look look(Target target, boolean tls, AeTitle called) throws IOException;
}
