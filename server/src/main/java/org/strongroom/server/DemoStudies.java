package org.strongroom.server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.strongroom.archive.StoreRequest;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;

/**
 * The three studies that {@code demo} loads: a CT of 120 slices, an MR of two series, a chest radiograph. Everything in
 * them comes from formulas and from the forms in the resources; the UIDs are the same each time.
 */
final class DemoStudies {
    /** What all three come to. */
    static final int INSTANCES = CtPhantom.SLICES + 2 * BrainPhantom.SLICES + 1;

    private static final Dictionary DICTIONARY = Dictionary.standard();

    /** One instance, explicit VR little endian. */
    record Instance(Uid sopClass, Uid sopInstance, ByteBuffer dataSet) {
        static final TransferSyntax SYNTAX = TransferSyntax.ExplicitVRLittleEndian;

        StoreRequest request(String from) {
            return new StoreRequest(
                    Optional.of(sopClass),
                    Optional.of(sopInstance),
                    SYNTAX,
                    new ByteArrayInputStream(
                            dataSet.array(), dataSet.arrayOffset() + dataSet.position(), dataSet.remaining()),
                    from);
        }
    }

    /** Takes one instance; called by one thread at a time. */
    interface Taker {
        void take(Instance instance) throws IOException;
    }

    private DemoStudies() {}

    /** Study Instance UIDs in the order CT, MR, DX. */
    static List<Uid> studies() {
        return List.of(uid("ct study"), uid("mr study"), uid("dx study"));
    }

    /** Series Instance UID of {@code ct}, {@code t1}, {@code t2} or {@code dx}. */
    static Uid series(String name) {
        return uid(name + " series");
    }

    /** Makes one instance; safe to call from many threads. */
    interface Maker {
        Instance make();
    }

    /** The instances in order: CT from the lowest slice, MR T1, MR T2, the radiograph. */
    static List<Maker> makers() {
        List<Maker> makers = new ArrayList<>();
        CtPhantom ct = new CtPhantom();
        DataSet ctForm = form("demo-ct.txt", study("ct", "ct"));
        for (int i = 0; i < CtPhantom.SLICES; i++) {
            int slice = i;
            makers.add(() -> ctSlice(ctForm, slice, ct.slice(slice)));
        }
        BrainPhantom brain = new BrainPhantom();
        for (String weighting : List.of("t1", "t2")) {
            DataSet mrForm = form("demo-mr-" + weighting + ".txt", form("demo-mr.txt", study("mr", weighting)));
            for (int i = 0; i < BrainPhantom.SLICES; i++) {
                int slice = i;
                makers.add(() -> mrSlice(mrForm, weighting, slice, brain.slice(slice, weighting.equals("t2"))));
            }
        }
        DataSet film = form("demo-dx.txt", study("dx", "dx"))
                .without(Attributes.PositionReferenceIndicator)
                .without(Attributes.FrameOfReferenceUID);
        makers.add(() -> instance(film, "dx", new ChestFilm().picture()));
        return makers;
    }

    /** Makes all instances, as many at once as there are processors, and gives them in order. */
    static void make(Taker taker) throws IOException {
        List<Maker> makers = makers();
        int batch = Runtime.getRuntime().availableProcessors() * 2;
        for (int from = 0; from < makers.size(); from += batch) {
            List<Maker> some = makers.subList(from, Math.min(from + batch, makers.size()));
            for (Instance instance : some.parallelStream().map(Maker::make).toList()) {
                taker.take(instance);
            }
        }
    }

    private static DataSet study(String study, String series) {
        return form("demo-common.txt", DataSet.empty())
                .with(Attributes.StudyInstanceUID, uid(study + " study"))
                .with(Attributes.SeriesInstanceUID, series(series))
                .with(Attributes.FrameOfReferenceUID, uid(study + " frame of reference"));
    }

    private static Instance ctSlice(DataSet form, int slice, short[] hounsfield) {
        short[] stored = new short[hounsfield.length];
        for (int i = 0; i < stored.length; i++) {
            stored[i] = (short) (hounsfield[i] + 1024);
        }
        // The first picture is the highest, as the scanner moves from the head downwards.
        int number = CtPhantom.SLICES - slice;
        double z = CtPhantom.height(slice) - 400;
        return instance(
                placed(form, number, CtPhantom.ORIGIN, z).with(Attributes.TableHeight, 158.0), "ct " + number, stored);
    }

    private static Instance mrSlice(DataSet form, String weighting, int slice, short[] signal) {
        double z = BrainPhantom.LOWEST + slice * BrainPhantom.STEP;
        return instance(placed(form, slice + 1, BrainPhantom.ORIGIN, z), weighting + " " + (slice + 1), signal);
    }

    private static DataSet placed(DataSet form, int number, double corner, double z) {
        DataSet numbered = set(form, "InstanceNumber", List.of(Integer.toString(number)));
        DataSet located = set(numbered, "SliceLocation", List.of(decimal(z)));
        return set(located, "ImagePositionPatient", List.of(decimal(corner), decimal(corner), decimal(z)));
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    private static Instance instance(DataSet form, String name, short[] pixels) {
        Uid sopInstance = uid(name);
        byte[] head = form.with(Attributes.SOPInstanceUID, sopInstance).toBytes(Instance.SYNTAX);
        ByteBuffer whole =
                ByteBuffer.allocate(head.length + 12 + pixels.length * 2).order(ByteOrder.LITTLE_ENDIAN);
        // Pixel Data is the last element: written behind the others instead of copied through them.
        whole.put(head)
                .putShort((short) 0x7FE0)
                .putShort((short) 0x0010)
                .put((byte) 'O')
                .put((byte) 'W');
        whole.putShort((short) 0).putInt(pixels.length * 2).asShortBuffer().put(pixels);
        return new Instance(form.get(Attributes.SOPClassUID).orElseThrow(), sopInstance, whole.rewind());
    }

    /** A UID derived from a UUID, PS3.5 annex B.2, always the same for a name. */
    private static Uid uid(String name) {
        UUID uuid = UUID.nameUUIDFromBytes(("strongroom demo " + name).getBytes(StandardCharsets.UTF_8));
        BigInteger number = new BigInteger(uuid.toString().replace("-", ""), 16);
        return new Uid("2.25." + number);
    }

    /** Reads a form of the resources into a data set. */
    private static DataSet form(String resource, DataSet into) {
        String text;
        try (InputStream in = DemoStudies.class.getResourceAsStream(resource)) {
            text = new String(Optional.ofNullable(in).orElseThrow().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("resource " + resource + " cannot be read", e);
        }
        DataSet result = into;
        for (String line : text.lines().toList()) {
            int equals = line.indexOf('=');
            if (!line.startsWith("#") && equals > 0) {
                List<String> path =
                        Arrays.asList(line.substring(0, equals).strip().split("\\.", -1));
                String value = line.substring(equals + 1).strip();
                result = set(result, path, value.isEmpty() ? List.of() : Arrays.asList(value.split("\\\\", -1)));
            }
        }
        return result;
    }

    private static DataSet set(DataSet into, List<String> path, List<String> values) {
        if (path.size() == 1) {
            return set(into, path.getFirst(), values);
        }
        Tag sequence = entry(path.getFirst()).tag();
        List<DataSet> items = new ArrayList<>(into.items(sequence));
        DataSet item = items.isEmpty() ? DataSet.empty() : items.getFirst();
        return into.withItems(sequence, List.of(set(item, path.subList(1, path.size()), values)));
    }

    private static DataSet set(DataSet into, String keyword, List<String> values) {
        Dictionary.Entry entry = entry(keyword);
        VR vr = entry.vrs().getFirst();
        return values.isEmpty() ? into.withEmpty(entry.tag(), vr) : into.withText(entry.tag(), vr, values);
    }

    private static Dictionary.Entry entry(String keyword) {
        return DICTIONARY
                .keyword(keyword)
                .orElseThrow(() -> new IllegalStateException("a demo form names an unknown attribute: " + keyword));
    }
}
