package org.strongroom.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.AeTitle;
import org.strongroom.dimse.Association;
import org.strongroom.dimse.AssociationPolicy;
import org.strongroom.dimse.DimseHandler;
import org.strongroom.dimse.DimseListener;
import org.strongroom.dimse.DimseRequest;
import org.strongroom.dimse.Instance;
import org.strongroom.dimse.PeerAddress;
import org.strongroom.dimse.Proposal;
import org.strongroom.dimse.Refusals;
import org.strongroom.dimse.Responses;
import org.strongroom.dimse.Status;
import org.strongroom.dimse.SubOperations;
import org.strongroom.dimse.Timeouts;

/**
 * Raw throughput of DIMSE: a sender, and a receiver that forgets what it gets.
 *
 * <pre>
 *   Wire receive PORT KEYSTORE|clear FILE    an SCP; answers C-GET with as many copies of FILE as PatientID says
 *   Wire send PORT KEYSTORE|clear FILE COUNT
 *   Wire get PORT KEYSTORE|clear FILE COUNT
 * </pre>
 *
 * <p>What each prints when it ends: data set bytes, seconds, processor seconds of the process between the first message and the
 * last, bytes allocated for each byte. The receiver ends when the standard input does; a line on it prints and sets to zero.
 */
public final class Wire {
    private static final Uid CT = new Uid("1.2.840.10008.5.1.4.1.1.2");
    private static final Uid STUDY_ROOT_GET = new Uid("1.2.840.10008.5.1.4.1.2.2.3");
    private static final Uid VERIFICATION = new Uid("1.2.840.10008.1.1");
    private static final int MESSAGES_BEFORE = 50;

    private final Ct ct;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong messages = new AtomicLong();
    private long startNanos;
    private long startCpu;
    private long startAllocated;

    private Wire(Ct ct) {
        this.ct = ct;
    }

    public static void main(String[] args) throws IOException, InterruptedException, GeneralSecurityException {
        int port = Integer.parseInt(args[1]);
        Optional<SSLContext> tls = args[2].equals("clear") ? Optional.empty() : Optional.of(context(Path.of(args[2])));
        Wire wire = new Wire(Ct.load(Path.of(args[3])));
        switch (args[0]) {
            case "receive" -> wire.receive(port, tls);
            case "send" -> wire.send(port, tls, Integer.parseInt(args[4]));
            case "get" -> wire.get(port, tls, Integer.parseInt(args[4]));
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static SSLContext context(Path store) throws IOException, GeneralSecurityException {
        char[] password = "measured".toCharArray();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, password);
        }
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("peer", keys.getCertificate("peer"));
        KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
        own.init(keys, password);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private void receive(int port, Optional<SSLContext> tls) throws IOException {
        AssociationPolicy all = (request, peer) -> new AssociationPolicy.Answer.Accept(
                request.contexts().stream()
                        .map(context -> new AssociationPolicy.ContextAnswer(
                                context.id(), 0, choice(context.transferSyntaxes()), true, true))
                        .toList(),
                new Discarding());
        InetSocketAddress bind = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try (DimseListener listener = DimseListener.open(bind, tls, all, Refusals.UNHEARD)) {
            System.out.println("listening " + listener.port());
            int b;
            while ((b = System.in.read()) >= 0) {
                if (b == '\n') {
                    report("receive");
                }
            }
        }
    }

    private TransferSyntax choice(List<TransferSyntax> proposed) {
        return proposed.contains(ct.syntax) ? ct.syntax : proposed.getFirst();
    }

    private void send(int port, Optional<SSLContext> tls, int count) throws IOException {
        Proposal proposal = Proposal.to(new AeTitle("WIRE"), new AeTitle("WIRE"))
                .context(CT, ct.syntax)
                .context(VERIFICATION, TransferSyntax.ImplicitVRLittleEndian);
        try (Association association = Association.request(address(port, tls), proposal, Timeouts.DEFAULT)) {
            for (int i = 0; i < count; i++) {
                Status status = association.store(copy());
                if (!status.isSuccess()) {
                    throw new IOException("refused: " + status);
                }
                counted(ct.body.length);
            }
        }
        report("send");
    }

    private void get(int port, Optional<SSLContext> tls, int count) throws IOException {
        Proposal proposal = Proposal.to(new AeTitle("WIRE"), new AeTitle("WIRE"))
                .context(STUDY_ROOT_GET, TransferSyntax.ImplicitVRLittleEndian)
                .context(CT, ct.syntax)
                .role(CT, false, true);
        DataSet keys = DataSet.empty().with(Attributes.PatientID, String.valueOf(count));
        byte[] buffer = new byte[1 << 17];
        try (Association association = Association.request(address(port, tls), proposal, Timeouts.DEFAULT)) {
            Status status = association.get(
                    STUDY_ROOT_GET, keys, store -> drained(store.body(), buffer), (SubOperations _) -> {});
            if (!status.isSuccess()) {
                throw new IOException("refused: " + status);
            }
        }
        report("get");
    }

    private static PeerAddress address(int port, Optional<SSLContext> tls) {
        return new PeerAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), tls);
    }

    private Status drained(InputStream body, byte[] buffer) throws IOException {
        long sum = 0;
        for (int n; (n = body.read(buffer, 0, buffer.length)) >= 0; ) {
            sum += n;
        }
        counted(sum);
        return Status.SUCCESS;
    }

    private synchronized void counted(long length) {
        if (messages.incrementAndGet() == MESSAGES_BEFORE) {
            // What comes before warms up the program.
            startNanos = System.nanoTime();
            startCpu = cpuNanos();
            startAllocated = allocated();
            bytes.set(0);
        } else {
            bytes.addAndGet(length);
        }
    }

    private synchronized void report(String what) {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        double cpu = (cpuNanos() - startCpu) / 1e9;
        double all = bytes.get();
        System.out.printf(
                Locale.ROOT,
                "{\"what\": \"%s\", \"bytes\": %d, \"seconds\": %.3f, \"cpu\": %.3f, \"GBps\": %.3f, \"GB_per_cpu_s\": %.3f,"
                        + " \"allocated_per_byte\": %.5f}%n",
                what,
                bytes.get(),
                seconds,
                cpu,
                all / seconds / 1e9,
                all / cpu / 1e9,
                (allocated() - startAllocated) / all);
        messages.set(0);
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes();
    }

    private Instance copy() {
        return new Instance() {
            @Override
            public Uid sopClass() {
                return CT;
            }

            @Override
            public Uid sopInstance() {
                return new Uid("2.25.1");
            }

            @Override
            public TransferSyntax syntax() {
                return ct.syntax;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                out.write(ct.body);
            }
        };
    }

    private final class Discarding implements DimseHandler {
        private final byte[] buffer = new byte[1 << 17];

        @Override
        public Status handle(DimseRequest request, Responses responses) throws IOException {
            return switch (request) {
                case DimseRequest.CEcho() -> Status.SUCCESS;
                case DimseRequest.CStore store -> drained(store.body(), buffer);
                case DimseRequest.CGet get -> give(get, responses);
                case DimseRequest.CFind _, DimseRequest.CMove _ -> Status.SOP_CLASS_NOT_SUPPORTED;
            };
        }

        private Status give(DimseRequest.CGet get, Responses responses) throws IOException {
            int count =
                    Integer.parseInt(get.identifier().get(Attributes.PatientID).orElseThrow());
            for (int i = 0; i < count; i++) {
                if (!responses.store(copy()).isSuccess()) {
                    return Status.PROCESSING_FAILURE;
                }
                counted(ct.body.length);
            }
            return Status.SUCCESS.with(new SubOperations(0, count, 0, 0), List.of());
        }

        @Override
        public void close() {}
    }
}
