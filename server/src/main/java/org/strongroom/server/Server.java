package org.strongroom.server;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.strongroom.dimse.AeTitle;
import org.strongroom.dimse.DimseListener;
import org.strongroom.gateway.dimse.DeviceLine;
import org.strongroom.gateway.dimse.DimseDoor;
import org.strongroom.gateway.dimse.RefusalAudit;
import org.strongroom.guard.DeviceRecord;
import org.strongroom.guard.IssuedCertificate;
import org.strongroom.guard.Pem;
import org.strongroom.guard.TlsContexts;

/** An open archive with its doors: DICOM over TLS, and the control socket. */
final class Server implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Server.class.getName());

    private final OpenArchive archive;
    private final AeTitle title;
    private final DimseListener listener;
    private final Optional<ControlDoor> control;

    private Server(OpenArchive archive, AeTitle title, DimseListener listener, Optional<ControlDoor> control) {
        this.archive = archive;
        this.title = title;
        this.listener = listener;
        this.control = control;
    }

    /** Opens the doors; on any failure the archive is closed too. */
    static Server start(OpenArchive archive, AeTitle title, InetSocketAddress dicom) throws IOException {
        boolean started = false;
        try {
            Server server = open(archive, title, dicom);
            started = true;
            return server;
        } finally {
            if (!started) {
                archive.close();
            }
        }
    }

    private static Server open(OpenArchive archive, AeTitle title, InetSocketAddress dicom) throws IOException {
        List<IssuedCertificate> own = archive.authority().serverCertificates(names(dicom.getAddress()));
        SSLContext tls = TlsContexts.server(own, archive.authority(), archive.registry());
        DeviceLine line = device -> TlsContexts.toDevice(own, archive.authority(), archive.registry(), device);
        DimseDoor door = new DimseDoor(
                archive.guard(), archive.registry(), archive.archive(), title, Set.of(), line, archive.clock());
        DimseListener listener = listen(dicom, tls, door, archive);
        archive.registry().onRevoked(device -> revoked(listener, device));
        boolean started = false;
        try {
            Optional<ControlDoor> control = ControlDoor.open(archive.directory(), archive, CommandLines::runInServer);
            started = true;
            archive.problems().forEach(problem -> LOG.log(Level.ERROR, "server.problem what=\"" + problem + '"'));
            return new Server(archive, title, listener, control);
        } finally {
            if (!started) {
                listener.close();
            }
        }
    }

    private static DimseListener listen(InetSocketAddress dicom, SSLContext tls, DimseDoor door, OpenArchive archive)
            throws IOException {
        try {
            return DimseListener.open(dicom, Optional.of(tls), door, new RefusalAudit(archive.guard()));
        } catch (IOException e) {
            if (e.getCause() instanceof BindException cause) {
                throw new Failure("can't listen on " + dicom.getAddress().getHostAddress() + ":" + dicom.getPort()
                        + " (" + cause.getMessage() + "): stop what listens there, or name another address or port"
                        + " in [dicom] of strongroom.toml; demo takes --dicom-port N");
            }
            throw e;
        }
    }

    private static List<String> names(InetAddress address) {
        return address.isAnyLocalAddress() || address.isLoopbackAddress()
                ? List.of()
                : List.of(address.getHostAddress());
    }

    private static void revoked(DimseListener listener, DeviceRecord device) {
        int ended = listener.closeAssociations(peer -> peer.certificate()
                .filter(certificate -> Pem.fingerprint(certificate).equals(device.fingerprint()))
                .isPresent());
        LOG.log(Level.INFO, "device.revoked name=" + device.name() + " associations_ended=" + ended);
    }

    int dicomPort() {
        return listener.port();
    }

    AeTitle title() {
        return title;
    }

    /** One line for whoever waits for the server. */
    String readyLine() {
        InetSocketAddress address = listener.address();
        return "ready dicom=" + address.getAddress().getHostAddress() + ":" + address.getPort() + " aet=" + title
                + " pid=" + ProcessHandle.current().pid() + " data="
                + archive.directory().root();
    }

    /** Stops accepting, ends what is under way, writes what waits, and closes everything. */
    @Override
    public void close() throws IOException {
        LOG.log(Level.INFO, "server.stopping associations=" + listener.associations());
        try (archive) {
            try {
                listener.close();
            } finally {
                if (control.isPresent()) {
                    control.get().close();
                }
            }
        }
    }
}
