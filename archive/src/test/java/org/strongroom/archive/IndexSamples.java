package org.strongroom.archive;

import static org.strongroom.dicom.Attributes.*;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.strongroom.dicom.Attribute;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/** Heads of instances for tests of indexes: patients, studies and series as an archive has them, from a seed. */
public final class IndexSamples {
    private static final List<String> FAMILIES = List.of(
            "Smith",
            "Smythe",
            "SMITHSON",
            "Müller",
            "Mueller",
            "MULLER",
            "García",
            "Garcia Lopez",
            "O'Neill",
            "van de Berg",
            "Ångström",
            "Østergaard",
            "Łukasz",
            "Nguyễn",
            "Li",
            "Ó",
            "Weiß",
            "Brontë",
            "Abercrombiewither",
            "de la Cruz");
    private static final List<String> GIVEN = List.of(
            "Anna", "ANNA MARIA", "Jo", "John", "Johannes", "José", "Zoë", "Renée", "", "Chloé^Q", "Ian^^Dr.", "Al");
    private static final List<String> OTHER_GROUPS = List.of(
            "Yamada^Tarou=山田^太郎=やまだ^たろう", "Hong^Gildong=洪^吉洞=홍^길동", "=王^小東", "Suzuki^Hanako=鈴木^花子", "Sato^ Ken =佐藤^健");
    private static final List<String> DESCRIPTIONS = List.of(
            "CHEST PA",
            "Chest PA/LAT",
            "CT ABDOMEN",
            "CT Abdomen w/o",
            "MR BRAIN",
            "Brain",
            "KNEE LT",
            "Thorax übersicht",
            "");
    private static final List<String> MODALITIES = List.of("CT", "MR", "CR", "DX", "US", "SR");
    private static final String CT_STORAGE = "1.2.840.10008.5.1.4.1.1.2";

    private final Random random;
    private final String root;
    private final Map<Place, DataSet> heads = new HashMap<>();
    private final List<UnaryOperator<DataSet>> patients = new ArrayList<>();
    private int uids;
    private long offset;

    public IndexSamples(long seed) {
        this.random = new Random(seed);
        this.root = "1.2.826.0.1.3680043.10.99." + Math.floorMod(seed, 1_000_000);
    }

    public Random random() {
        return random;
    }

    public <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    /** A UID of a length that devices make, now and then one of a kind of its own. */
    public Uid uid(String base) {
        uids++;
        return chance(90)
                ? new Uid(base + "." + uids)
                : new Uid("2.25." + (1 + random.nextInt(9)) + random.nextLong(Long.MAX_VALUE) + uids);
    }

    public String name() {
        if (chance(15)) {
            return one(OTHER_GROUPS);
        }
        String given = one(GIVEN);
        return given.isEmpty() ? one(FAMILIES) : one(FAMILIES) + "^" + given;
    }

    public String date() {
        return "20%02d%02d%02d".formatted(19 + random.nextInt(3), 1 + random.nextInt(12), 1 + random.nextInt(28));
    }

    public String time() {
        String time = "%02d%02d%02d".formatted(random.nextInt(24), random.nextInt(60), random.nextInt(60));
        return chance(20)
                ? time + ".%06d".formatted(random.nextInt(1_000_000))
                : chance(10) ? time.substring(0, 4) : time;
    }

    private static DataSet text(DataSet dataSet, Attribute<?> attribute, String value) {
        List<String> values = value.isEmpty() ? List.of() : List.of(value);
        return dataSet.withText(attribute.tag(), attribute.vr(), values);
    }

    /** What the instances of a new patient have in common; from time to time one that came before. */
    private UnaryOperator<DataSet> patient() {
        if (!patients.isEmpty() && chance(40)) {
            return one(patients);
        }
        String name = name();
        String id = chance(5) ? "" : (chance(50) ? "P" : "") + (1000 + random.nextInt(9000));
        String issuer = chance(30) ? one(List.of("HOSP A", "HOSP B")) : "";
        String birth = chance(80)
                ? "19%02d0%d1%d".formatted(random.nextInt(100), 1 + random.nextInt(9), random.nextInt(9))
                : "";
        String sex = one(List.of("M", "F", "O", ""));
        UnaryOperator<DataSet> patient = head -> {
            DataSet with = text(head, PatientName, chance(95) ? name : name.toUpperCase(java.util.Locale.ROOT));
            with = text(text(with, PatientID, id), PatientBirthDate, birth);
            return text(text(with, IssuerOfPatientID, issuer), PatientSex, sex);
        };
        patients.add(patient);
        return patient;
    }

    /** The instances of one study, in the order in which they arrive. */
    public List<Entry> study() {
        return study(random.nextInt(1, 4), random.nextInt(1, 4));
    }

    public List<Entry> study(int mostSeries, int mostInstances) {
        Uid study = uid(root);
        DataSet head = DataSet.empty().recoded(org.strongroom.dicom.SpecificCharacterSet.UTF_8);
        head = patient().apply(head).with(StudyInstanceUID, study);
        head = text(head, StudyDate, chance(95) ? date() : "");
        head = text(head, StudyTime, chance(90) ? time() : "");
        head = text(head, AccessionNumber, chance(90) ? "A" + (100_000 + random.nextInt(900_000)) : "");
        head = text(head, StudyID, Integer.toString(random.nextInt(50)));
        head = text(head, StudyDescription, one(DESCRIPTIONS));
        head = text(head, ReferringPhysicianName, chance(70) ? name() : "");
        List<Entry> entries = new ArrayList<>();
        int series = random.nextInt(1, mostSeries + 1);
        for (int i = 0; i < series; i++) {
            series(head, study, i + 1, random.nextInt(1, mostInstances + 1), entries);
        }
        return entries;
    }

    private void series(DataSet study, Uid studyUid, int number, int instances, List<Entry> entries) {
        Uid series = uid(studyUid.value());
        DataSet head = text(study.with(SeriesInstanceUID, series), Modality, one(MODALITIES));
        head = text(head, SeriesNumber, Integer.toString(number));
        head = text(head, SeriesDescription, one(DESCRIPTIONS));
        head = text(head, BodyPartExamined, one(List.of("CHEST", "HEAD", "")));
        head = text(head, StationName, one(List.of("CT1", "MR7", "ROOM 3")));
        if (chance(50)) {
            DataSet item = DataSet.emptyItem(head.characterSet());
            item = text(item, RequestedProcedureID, "RP" + random.nextInt(30));
            item = text(item, ScheduledProcedureStepID, "SPS" + random.nextInt(30));
            head = head.withItems(RequestAttributesSequence, List.of(item));
        }
        for (int i = 0; i < instances; i++) {
            Uid instance = uid(series.value());
            DataSet whole = head.with(SOPInstanceUID, instance)
                    .with(SOPClassUID, new Uid(chance(90) ? CT_STORAGE : "1.2.840.10008.5.1.4.1.1.88.11"));
            whole = text(whole, InstanceNumber, chance(95) ? Integer.toString(i + 1) : "");
            whole = whole.with(Rows, 64 + random.nextInt(3));
            entries.add(entry(whole));
        }
    }

    /** As ingest hands it over. */
    public Entry entry(DataSet head) {
        Place place = new Place(1, offset += 1000);
        heads.put(place, head);
        return new Entry(
                head,
                head.get(StudyInstanceUID).orElseThrow(),
                head.get(SeriesInstanceUID).orElseThrow(),
                head.get(SOPInstanceUID).orElseThrow(),
                head.get(SOPClassUID).orElseThrow(),
                TransferSyntax.ExplicitVRLittleEndian,
                place,
                5000 + random.nextInt(100),
                new Digest(random.nextLong(), 2, 3, 4),
                Instant.ofEpochMilli(1_700_000_000_000L + offset),
                "TESTER",
                Set.of());
    }

    /** Reads the heads that {@link #entry} was given. */
    public Index.HeadReader heads() {
        return new Index.HeadReader() {
            @Override
            public <T> T read(Located located, Function<DataSet, T> use) throws IOException {
                return use.apply(Optional.ofNullable(heads.get(located.place()))
                        .orElseThrow(() -> new IOException("no object " + located.place())));
            }
        };
    }

    public Position position() {
        return new Position(1, offset + 1000, 0);
    }

    static String text(DataSet dataSet, Tag tag) {
        return String.join("\\", dataSet.text(tag));
    }
}
