package org.strongroom.dicom.deidentify;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.Rewriter;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;

/**
 * De-identifies files, PS3.15 annex E, in memory that does not depend on their length: each is read twice, first up to its
 * pixel data to find whose it is, then whole. Its transfer syntax and pixel data stay; the file's meta information is made
 * anew.
 *
 * <p>Safe for use by several threads.
 */
public final class Deidentifier {
    private static final int BUFFER = 1 << 16;
    private static final String EDITION = "PS3.15 annex E, table of 2024b";

    private final DeidentificationProfile profile;
    private final DeidentificationKey key;
    private final String version;
    private final Limits limits;

    /** @param version of this program, as it is written into (0012,0063) */
    public Deidentifier(DeidentificationProfile profile, DeidentificationKey key, String version, Limits limits) {
        this.profile = profile;
        this.key = key;
        this.version = version;
        this.limits = limits;
    }

    /** What a first look at a file finds. */
    public sealed interface Examination {}

    /** It can't be done without leaving something in it. */
    public record Refused(Refusal reason) implements Examination {}

    /** It can be done. */
    public static final class Ready implements Examination {
        private final Subject subject;
        private final ValueRules values;
        private final Uid sopInstance;
        private final int pixelRepresentation;

        private Ready(Subject subject, ValueRules values, Uid sopInstance, int pixelRepresentation) {
            this.subject = subject;
            this.values = values;
            this.sopInstance = sopInstance;
            this.pixelRepresentation = pixelRepresentation;
        }

        /** The SOP Instance UID of what comes out. */
        public Uid sopInstance() {
            return sopInstance;
        }
    }

    /**
     * Looks at a file up to its pixel data. The caller closes {@code file}.
     *
     * @throws DicomFormatException when it is no DICOM file, or damaged
     */
    public Examination examine(InputStream file) throws IOException {
        Part10 part10 = Part10.open(file, limits);
        Subject subject = new Subject();
        int pixelRepresentation;
        try (Rewriter rewriter = new Rewriter(
                OutputStream.nullOutputStream(), part10.syntax(), plain(part10.syntax()), 0, limits, subject)) {
            byte[] buffer = new byte[BUFFER];
            int count = 0;
            while (!subject.isComplete() && (count = part10.body().read(buffer)) >= 0) {
                rewriter.write(buffer, 0, count);
            }
            if (!subject.isComplete()) {
                rewriter.finish();
            }
            pixelRepresentation = rewriter.pixelRepresentation();
        }
        Optional<Refusal> refusal = PixelRules.refusal(subject, profile);
        if (refusal.isPresent()) {
            return new Refused(refusal.get());
        }
        ValueRules values = new ValueRules(key, subject, profile);
        Uid sopInstance = values.uid(subject.uid(Subject.SOP_INSTANCE).orElseThrow());
        return new Ready(subject, values, sopInstance, pixelRepresentation);
    }

    /**
     * Writes the de-identified file. The caller closes both streams and, when this throws, throws away what came out.
     *
     * @param file the bytes that were examined, from their beginning
     * @throws DicomFormatException when the file is damaged, or differs from what was examined
     */
    public Tally write(Ready ready, InputStream file, OutputStream out) throws IOException {
        Part10 part10 = Part10.open(file, limits);
        Uid sopClass = ready.subject.uid(Subject.SOP_CLASS).orElseThrow();
        out.write(Part10.header(sopClass, ready.sopInstance, part10.syntax(), Optional.empty()));
        Tally tally = new Tally();
        ElementRules rules = new ElementRules(profile, ready.subject, ready.values, added(ready), tally);
        if (!part10.syntax().deflated()) {
            pass(part10, out, ready.pixelRepresentation, rules);
            return tally;
        }
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try {
            DeflaterOutputStream deflating = new DeflaterOutputStream(out, deflater, BUFFER);
            pass(part10, deflating, ready.pixelRepresentation, rules);
            deflating.finish();
            if (deflater.getBytesWritten() % 2 != 0) {
                out.write(0); // PS3.5 annex A.5: even length
            }
        } finally {
            deflater.end();
        }
        return tally;
    }

    private void pass(Part10 part10, OutputStream out, int pixelRepresentation, ElementRules rules) throws IOException {
        TransferSyntax to = plain(part10.syntax());
        try (Rewriter rewriter = new Rewriter(out, part10.syntax(), to, pixelRepresentation, limits, rules)) {
            byte[] buffer = new byte[BUFFER];
            int count;
            while ((count = part10.body().read(buffer)) >= 0) {
                rewriter.write(buffer, 0, count);
            }
            rewriter.finish();
        }
    }

    private static TransferSyntax plain(TransferSyntax syntax) {
        return new TransferSyntax(syntax.uid(), syntax.explicitVr(), syntax.bigEndian(), false, syntax.encapsulated());
    }

    /** PS3.15 section E.1.1: whose it is now, that and how it was de-identified, and what became of its dates. */
    private DataSet added(Ready ready) {
        String pseudonym = ready.values.pseudonym();
        return DataSet.empty()
                .withText(Subject.PATIENT_NAME, VR.PN, List.of(pseudonym))
                .withText(Subject.PATIENT_ID, VR.LO, List.of(pseudonym))
                .withText(new Tag(0x00120062), VR.CS, List.of("YES"))
                .withText(new Tag(0x00120063), VR.LO, methods())
                .withItems(new Tag(0x00120064), codes())
                .withText(new Tag(0x00280303), VR.CS, List.of(dates()));
    }

    /** The profile and its options in words, and what was accepted by choice. */
    public List<String> methods() {
        List<String> methods = new ArrayList<>();
        methods.add("Strongroom " + version);
        methods.add(EDITION);
        options().forEach(option -> methods.add(option.meaning()));
        if (profile.unknownBurnedInAccepted()) {
            methods.add("Text in pixels: accepted without Burned In Annotation");
        }
        return List.copyOf(methods);
    }

    /** In the order of their codes. */
    private List<ProfileOption> options() {
        return Arrays.stream(ProfileOption.values()).filter(profile::has).toList();
    }

    private List<DataSet> codes() {
        List<DataSet> codes = new ArrayList<>();
        codes.add(Dummies.code("113100", "Basic Application Confidentiality Profile"));
        options().forEach(option -> codes.add(Dummies.code(option.code(), option.meaning())));
        return codes;
    }

    private String dates() {
        return profile.has(ProfileOption.RETAIN_FULL_DATES)
                ? "UNMODIFIED"
                : profile.has(ProfileOption.RETAIN_MODIFIED_DATES) ? "MODIFIED" : "REMOVED";
    }
}
