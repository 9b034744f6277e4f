package org.strongroom.archive;

import static org.strongroom.dicom.Attributes.*;

import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.strongroom.dicom.Attribute;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/**
 * Studies of a large archive for measurements: names of some thousand families of which few are common, ten years of
 * dates arriving almost in order, patients who come again.
 */
public final class SyntheticArchive {
    private static final String[] BEGINNINGS =
            "Sch Mül Ber Hof Kra Wag Bau Ric Kle Wol Neu Zim Har Lan Wer Kös Vog Kel Gun Sim Lud Hei Tho Arn Bra Pet Mar Joh And Ols Nil Smi Wil Bro Tay Dav Eva Rob Wal Gre Hal Ham Sto"
                    .split(" ");
    private static final String[] MIDDLES = "ne le mi er ra ba ho ker ste ma lo ri sen der tin ga fe".split(" ");
    private static final String[] ENDS =
            "mann ler berg son sen hardt dt er t ski ez a ini off ing ton ley wood".split(" ");
    private static final String[] GIVEN =
            "Anna Maria Peter Thomas Johannes Elisabeth Karl Christine Michael Jürgen Sofia Emma Liam Noah Olivia Jakob Katharina Alexander Daniel Laura Barbara Erik Kim Lars Mona Dora Beate Conrad Clara"
                    .split(" ");
    private static final String[] BODY =
            "CHEST ABDOMEN HEAD KNEE SPINE PELVIS SHOULDER HAND FOOT NECK HEART BREAST".split(" ");
    private static final String[] HOW =
            "PA LAT AP WITH CONTRAST W/O CONTRAST FOLLOW UP SCREENING EMERGENCY ROUTINE".split(" ");
    private static final String[] MODALITIES = "CR CR CR DX DX CT CT CT MR MR US US MG XA NM".split(" ");
    private static final Uid CT = new Uid("1.2.840.10008.5.1.4.1.1.2");
    private static final DateTimeFormatter DATE = DateTimeFormatter.BASIC_ISO_DATE;
    private static final LocalDate FIRST = LocalDate.of(2016, 1, 1);
    /** Studies of a day. */
    private static final int A_DAY = 300;

    private final Random random;
    private final List<String> families = new ArrayList<>();
    private final DataSet empty = DataSet.empty().with(SpecificCharacterSet, "ISO_IR 100");
    private int studies;
    private int patients;

    public SyntheticArchive(long seed) {
        random = new Random(seed);
        for (int i = 0; i < 4000; i++) {
            families.add(one(BEGINNINGS) + (random.nextBoolean() ? one(MIDDLES) : "") + one(ENDS));
        }
    }

    private String one(String[] of) {
        return of[random.nextInt(of.length)];
    }

    /** A few families are as common as in any town. */
    public String anyFamily() {
        double x = random.nextDouble();
        return families.get((int) (x * x * x * families.size()));
    }

    public String anyGiven() {
        return one(GIVEN);
    }

    public String anyModality() {
        return one(MODALITIES);
    }

    public String anyDescription() {
        return one(BODY) + " " + one(HOW);
    }

    public String anyPatientId() {
        return patientId(random.nextInt(Math.max(1, patients)));
    }

    private static String patientId(int number) {
        return "%08d".formatted(number * 7919L % 100_000_000);
    }

    public String anyAccession() {
        return accession(1 + random.nextInt(Math.max(1, studies)));
    }

    private static String accession(int study) {
        return "A%09d".formatted(study * 104_729L % 1_000_000_000);
    }

    public Uid anyStudy() {
        return studyUid(1 + random.nextInt(Math.max(1, studies)));
    }

    private static Uid studyUid(int study) {
        return new Uid("1.2.826.0.1.3680043.10.99.4711.2026." + study * 15_485_863L % 10_000_000_000L + "." + study);
    }

    public LocalDate anyDay() {
        return FIRST.plusDays(random.nextInt(1 + studies / A_DAY));
    }

    private static DataSet text(DataSet dataSet, Attribute<?> attribute, String value) {
        return dataSet.withText(attribute.tag(), attribute.vr(), List.of(value));
    }

    /** The head of a new study's first series. */
    public DataSet study() {
        studies++;
        boolean known = patients > 0 && random.nextInt(100) < 40;
        int patient = known ? random.nextInt(patients) : patients++;
        Random same = new Random(patient);
        double x = same.nextDouble();
        String family = families.get((int) (x * x * x * families.size()));
        String given = GIVEN[same.nextInt(GIVEN.length)];
        LocalDate day =
                FIRST.plusDays(Math.max(0, studies / A_DAY - (random.nextInt(20) == 0 ? random.nextInt(500) : 0)));
        Uid uid = studyUid(studies);
        String modality = anyModality();
        DataSet head = empty.with(SOPClassUID, CT);
        head = text(head, StudyDate, DATE.format(day));
        head = text(
                head, StudyTime, "%02d%02d%02d".formatted(random.nextInt(24), random.nextInt(60), random.nextInt(60)));
        head = text(head, AccessionNumber, accession(studies));
        head = text(head, Modality, modality);
        head = text(head, InstitutionName, "General Hospital");
        head = text(head, ReferringPhysicianName, anyFamily() + "^" + anyGiven());
        head = text(head, StationName, modality + random.nextInt(4));
        head = text(head, StudyDescription, anyDescription());
        head = text(head, SeriesDescription, anyDescription());
        head = text(head, PatientName, family + "^" + given);
        head = text(head, PatientID, patientId(patient));
        head = text(head, PatientBirthDate, DATE.format(LocalDate.of(1930, 1, 1).plusDays(same.nextInt(30_000))));
        head = text(head, PatientSex, same.nextBoolean() ? "F" : "M");
        head = head.with(StudyInstanceUID, uid).with(SeriesInstanceUID, new Uid(uid.value() + ".1"));
        return text(text(head, StudyID, Integer.toString(studies)), SeriesNumber, "1");
    }

    /** One instance of a study, at this offset of the pack. */
    public Entry instance(DataSet study, int number, long offset) {
        Uid series = study.get(SeriesInstanceUID).orElseThrow();
        Uid uid = new Uid(series.value() + "." + number);
        DataSet head = study.with(SOPInstanceUID, uid).with(InstanceNumber, number);
        return new Entry(
                head,
                study.get(StudyInstanceUID).orElseThrow(),
                series,
                uid,
                CT,
                TransferSyntax.ExplicitVRLittleEndian,
                new Place(1 + (int) (offset >> 30), offset & ((1 << 30) - 1)),
                525_000,
                new Digest(random.nextLong(), 0, 0, 0),
                Instant.EPOCH,
                "BENCH",
                Set.of());
    }
}
