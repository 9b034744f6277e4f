package org.strongroom.dimse;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.Uids;
import org.strongroom.dicom.VR;

/**
 * Fuzz target: all that a peer sends once an association is established, over a connection in memory, to both sides of one.
 *
 * <p>The first byte: bit 0 our side (0 acceptor, 1 requestor), bit 1 whether PDUs are framed for the input, bit 2 a
 * window, bits 3 and 4 what the requestor does or how the acceptor reads bodies, the rest how many bytes a read gets.
 * Framed: a byte that says what comes (0 to 3 a presentation data value with that message control header, its context from
 * the upper bits; else a PDU of that type), two bytes for its length, its bytes. Else the stream as it is.
 *
 * <p>Whatever comes: an end without any other exception, without waiting for what can't come, and what was sent are PDUs.
 */
public final class StreamTarget {
    private static final Uid CT = new Uid("1.2.840.10008.5.1.4.1.1.2");
    private static final Uid FIND = new Uid("1.2.840.10008.5.1.4.1.2.2.1");
    private static final Uid MOVE = new Uid("1.2.840.10008.5.1.4.1.2.2.2");
    private static final Uid GET = new Uid("1.2.840.10008.5.1.4.1.2.2.3");
    private static final List<Uid> CLASSES = List.of(Uids.Verification, CT, FIND, MOVE, GET);
    private static final TransferSyntax SYNTAX = TransferSyntax.ExplicitVRLittleEndian;
    private static final AeTitle WE = new AeTitle("WE");

    /** Nothing in memory is waited for: one that runs out was waited for in vain. */
    private static final Timeouts TIMEOUTS = Timeouts.of(Duration.ofSeconds(6));

    private static final int MOST_DATA = 1 << 16;
    private static final DataSet KEYS = DataSet.empty().withText(new Tag(0x00080052), VR.CS, List.of("STUDY"));

    private static final AtomicReference<Optional<Throwable>> FAILED = new AtomicReference<>(Optional.empty());
    private static final Logger LOG = Logger.getLogger("org.strongroom.dimse");

    static {
        LOG.setUseParentHandlers(false);
        LOG.addHandler(new Handler() {
            @Override
            public void publish(LogRecord entry) {
                if (entry.getLevel().intValue() >= Level.SEVERE.intValue()) {
                    FAILED.set(Optional.of(
                            entry.getThrown() == null ? new Throwable(entry.getMessage()) : entry.getThrown()));
                }
            }

            @Override
            public void flush() {
                // Nothing is held back.
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        });
    }

    private StreamTarget() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        if (bytes.length == 0 || bytes.length > 1 << 20) {
            return;
        }
        int how = bytes[0] & 0xFF;
        byte[] said = (how & 2) == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : framed(bytes);
        FAILED.set(Optional.empty());
        try {
            if ((how & 1) == 0) {
                accept(said, how);
            } else {
                request(said, how);
            }
        } catch (IOException e) {
            throw new IllegalStateException("memory failed", e);
        }
        FAILED.get().ifPresent(failed -> {
            throw new AssertionError("it is logged as an error of ours", failed);
        });
    }

    private static byte[] framed(byte[] bytes) {
        PduBuilder to = new PduBuilder(bytes.length * 2);
        for (int at = 1; at + 3 <= bytes.length; ) {
            int kind = bytes[at] & 0xFF;
            int length = Math.min((bytes[at + 1] & 0xFF) << 8 | (bytes[at + 2] & 0xFF), bytes.length - at - 3);
            at += 3;
            if ((kind & 7) < 4) {
                to.u8(Pdu.P_DATA_TF).u8(0).u32(length + 6L).u32(length + 2L);
                to.u8(2 * (kind >> 3) + 1).u8(kind & 3);
            } else {
                to.u8(kind & 7).u8(0).u32(length);
            }
            for (int end = at + length; at < end; at++) {
                to.u8(bytes[at]);
            }
        }
        return to.toArray();
    }

    private static int piece(int how) {
        return 1 + (how >> 5) * (how >> 5) * 64;
    }

    private static void accept(byte[] said, int how) throws IOException {
        MemorySocket socket = new MemorySocket(said, piece(how));
        Line line = new Line(socket, TIMEOUTS);
        Conversation talk = new Conversation(
                socket,
                line,
                TIMEOUTS,
                new PduInput(line, socket.getInputStream(), MOST_DATA),
                new PduOutput(line, socket.getOutputStream()));
        Map<Integer, AcceptedContext> contexts = new HashMap<>();
        for (int i = 0; i < CLASSES.size(); i++) {
            contexts.put(2 * i + 1, new AcceptedContext(2 * i + 1, CLASSES.get(i), SYNTAX, true, i == 1));
        }
        talk.established(contexts.keySet(), MOST_DATA);
        Performer performer = new Performer(how);
        try {
            new Provider(talk, contexts, performer, TIMEOUTS, (how & 4) == 0 ? 1 : 3).run();
        } catch (IOException e) {
            ended(line.ended());
        }
        ended(line.ended());
        require(performer.closed.get() == 1, "the handler is closed once");
        int stored = statuses(socket.heard(), CommandField.C_STORE_RQ | CommandField.RESPONSE);
        require(stored <= performer.whole.get(), "Success for what came whole, and for nothing else");
    }

    private static void ended(@Nullable AssociationAborted why) {
        if (why != null && why.by() == AssociationAborted.By.TIMEOUT) {
            throw new AssertionError("it waits for what can't come", why);
        }
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    /** How many Successes of this command field; all that was sent are PDUs, and their command sets are some. */
    private static int statuses(byte[] sent, int field) {
        int count = 0;
        for (int at = 0; at < sent.length; ) {
            require(sent.length - at >= Pdu.HEADER_LENGTH, "whole PDUs are sent");
            long end = at + Pdu.HEADER_LENGTH + (ByteBuffer.wrap(sent).getInt(at + 2) & 0xFFFFFFFFL);
            require(end <= sent.length, "whole PDUs are sent");
            Pdu pdu = Pdu.decode(sent[at], Arrays.copyOfRange(sent, at + Pdu.HEADER_LENGTH, (int) end));
            if (pdu instanceof Pdu.PDataTf data) {
                for (Pdu.Pdv value : data.values()) {
                    if (value.command()) {
                        CommandSet set = CommandSet.read(value.fragment().toArray());
                        boolean success = set.number(CommandSet.STATUS, -1) == 0;
                        count += success && set.field() == field ? 1 : 0;
                    }
                }
            }
            at = (int) end;
        }
        return count;
    }

    private static void request(byte[] said, int how) throws IOException {
        List<Pdu.ContextResult> results = new ArrayList<>();
        Proposal proposal = Proposal.to(WE, WE).role(CT, true, true);
        for (int i = 0; i < CLASSES.size(); i++) {
            proposal = proposal.context(CLASSES.get(i), SYNTAX);
            results.add(new Pdu.ContextResult(2 * i + 1, 0, Optional.of(SYNTAX)));
        }
        if ((how & 4) != 0) {
            proposal = proposal.asyncWindow(new UserInformation.AsyncWindow(3, 1));
        }
        byte[] acceptance = acceptance(proposal, results);
        MemorySocket socket = new MemorySocket(
                new PduBuilder(said.length + 512).put(acceptance).put(said).toArray(), piece(how));
        Opening opening = new Opening() {
            @Override
            public Socket socket() {
                return socket;
            }
        };
        PeerAddress nobody =
                new PeerAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), Optional.empty());
        try (Association association = Association.request(nobody, proposal, TIMEOUTS, opening)) {
            operate(association, how >> 3 & 3);
        } catch (AssociationAborted e) {
            ended(e);
        } catch (UncheckedIOException e) {
            require(e.getCause() instanceof AssociationAborted, "an end that says what it is");
        }
        statuses(socket.heard(), 0);
    }

    private static byte[] acceptance(Proposal proposal, List<Pdu.ContextResult> results) {
        return new Pdu.AssociateAc(1, WE.value(), WE.value(), results, proposal.userInformation()).encode();
    }

    private static void operate(Association association, int operation) throws IOException {
        switch (operation) {
            case 0 -> {
                association.echo();
                for (DataSet match : association.find(FIND, KEYS)) {
                    match.tags().forEach(match::text);
                }
            }
            case 1 -> association.move(MOVE, KEYS, WE, Association.Progress.IGNORED);
            case 2 ->
                association.get(
                        GET,
                        KEYS,
                        store -> {
                            store.body().readNBytes(1000);
                            return Status.SUCCESS;
                        },
                        Association.Progress.IGNORED);
            default -> {
                try (Stores<Small> stores = association.stores((_, _) -> {})) {
                    for (int i = 1; i < 5; i++) {
                        stores.send(new Small(i));
                    }
                }
                try (Matches matches = association.find(FIND, KEYS)) {
                    matches.skip();
                }
            }
        }
    }

    private record Small(int number) implements Instance {
        @Override
        public Uid sopClass() {
            return CT;
        }

        @Override
        public Uid sopInstance() {
            return new Uid("1.2.3." + number);
        }

        @Override
        public TransferSyntax syntax() {
            return SYNTAX;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            out.write(new byte[number]);
        }
    }

    /** Performs everything, a little of it. */
    private static final class Performer implements DimseHandler {
        final AtomicInteger whole = new AtomicInteger();
        final AtomicInteger closed = new AtomicInteger();
        private final int how;

        Performer(int how) {
            this.how = how;
        }

        @Override
        public boolean storesOverlap() {
            return (how & 4) != 0;
        }

        @Override
        public Status handle(DimseRequest request, Responses responses) throws IOException {
            return switch (request) {
                case DimseRequest.CEcho() -> Status.SUCCESS;
                case DimseRequest.CStore store -> store(store.body());
                case DimseRequest.CFind find -> {
                    DataSet.read(find.identifier().toBytes(SYNTAX), SYNTAX, Limits.DEFAULT);
                    for (int i = 0; i < 3 && !responses.cancelled(); i++) {
                        responses.match(Status.PENDING, KEYS);
                    }
                    yield responses.cancelled() ? Status.CANCEL : Status.SUCCESS;
                }
                case DimseRequest.CMove move -> {
                    responses.progress(new SubOperations(move.messageId() & 7, 1, 0, 0));
                    yield Status.SUCCESS.with(new SubOperations(0, 1, 0, 0), List.of());
                }
                case DimseRequest.CGet _ -> {
                    int done = 0;
                    for (int i = 1; i < 4 && !responses.cancelled(); i++) {
                        done += responses.store(new Small(i)).isSuccess() ? 1 : 0;
                    }
                    yield Status.SUCCESS.with(new SubOperations(0, done, 3 - done, 0), List.of());
                }
            };
        }

        /** Reads all, some, or nothing of it. */
        private Status store(InputStream body) throws IOException {
            int reads = how >> 3 & 3;
            if (reads < 2) {
                body.transferTo(OutputStream.nullOutputStream());
                whole.incrementAndGet();
                return Status.SUCCESS;
            }
            body.readNBytes(reads == 2 ? 10 : 0);
            return Status.OUT_OF_RESOURCES;
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }
}
