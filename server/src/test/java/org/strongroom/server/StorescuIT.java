package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.strongroom.dicom.Attributes.QueryRetrieveLevel;
import static org.strongroom.dicom.Attributes.SOPInstanceUID;
import static org.strongroom.dicom.Attributes.SeriesInstanceUID;
import static org.strongroom.dicom.Attributes.StudyInstanceUID;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.Association;
import org.strongroom.dimse.Instance;
import org.strongroom.dimse.Status;
import org.strongroom.server.Capture.Captured;
import org.strongroom.server.Instances.Stored;
import org.strongroom.testkit.Corpus;
import org.strongroom.testkit.Programs;

/**
 * storescu over TLS. It rewrites data sets as it sends them (group lengths, lengths of sequences), so what it sends was first
 * captured by a peer of ours; what the server gives back is compared with that, byte for byte.
 */
class StorescuIT {
    private static final Uid STUDY_ROOT_GET = new Uid("1.2.840.10008.5.1.4.1.2.2.3");

    /** What storescu 3.6.7 passes over with a warning, and why; all else it must send. */
    private static final Map<String, String> CANNOT = Map.of(
            "transfer-syntaxes/jpeg-baseline-50/SC_rgb_jpeg.dcm",
            "an implicit data set under an explicit transfer syntax",
            "transfer-syntaxes/jpegls-near-81/CTImage.dcm_JPEGLSLossyTransferSyntax_1.2.840.10008.1.2.4.81.dcm",
            "Pixel Data of defined length under an encapsulated transfer syntax",
            "transfer-syntaxes/j2k-91/CTImage.dcm_JPEG2000TransferSyntax_1.2.840.10008.1.2.4.91.dcm",
            "Pixel Data of defined length under an encapsulated transfer syntax",
            "transfer-syntaxes/deflated-le/Deflated.dcm",
            "a SOP class of its own",
            "modalities/private-or-unknown/GH355.dcm",
            "a private SOP class",
            "studies/wsi-tiled-and-segmentations/seg_image_sm_control_labelmap.dcm",
            "a SOP class younger than it",
            "studies/wsi-tiled-and-segmentations/seg_image_sm_control_labelmap_palette_color.dcm",
            "a SOP class younger than it");

    @TempDir
    Path work;

    @Test
    void what_storescu_stores_comes_back_as_it_was_received() throws Exception {
        Programs.require("storescu");
        Optional<Corpus> corpus = Corpus.find();
        assumeTrue(corpus.isPresent(), Corpus.ABSENT);
        List<Stored> first = Instances.rounds(
                        Instances.sort(corpus.orElseThrow()).storable())
                .getFirst();
        Map<String, List<String>> files = new TreeMap<>();
        Map<Uid, Stored> byUid = new HashMap<>();
        for (Stored instance : first) {
            String option = Dcmtk.PREFER.get(instance.syntax().uid().value());
            if (option != null) {
                files.computeIfAbsent(option.replace('+', '-'), _ -> new ArrayList<>())
                        .add(corpus.orElseThrow().path(instance.file()).toString());
                byUid.put(instance.sopInstance(), instance);
            }
        }
        try (Clinic clinic = Clinic.make(work);
                Capture capture = new Capture()) {
            clinic.enrol("CT1", "--services", "echo,store,get");
            clinic.start();
            List<String> failed = new ArrayList<>();
            for (var group : files.entrySet()) {
                List<String> options = List.of("-nh", "-R", group.getKey());
                note(
                        failed,
                        group.getKey(),
                        Dcmtk.call("CT1", "CAPTURE", capture.port(), "storescu", options, group.getValue()));
                note(failed, group.getKey(), Dcmtk.tls(clinic, "CT1", "storescu", options, group.getValue()));
            }
            System.out.println("storescu sent " + capture.captured().size() + " of " + byUid.size() + " in "
                    + files.size() + " transfer syntaxes");
            assertThat(failed).isEmpty();
            assertThat(byUid.entrySet().stream()
                            .filter(one -> !capture.captured().containsKey(one.getKey()))
                            .map(one -> one.getValue().file().path()))
                    .as("not sent")
                    .isSubsetOf(CANNOT.keySet());
            assertReturned(clinic, capture, byUid);
            clinic.stop();
        }
    }

    private static void note(List<String> failed, String option, Programs.Run run) {
        if (run.exit() != 0) {
            failed.add("storescu " + option + " ended with " + run.exit() + ": " + run.output());
        }
    }

    private static void assertReturned(Clinic clinic, Capture capture, Map<Uid, Stored> byUid) throws IOException {
        List<Wanted> wanted =
                capture.captured().values().stream().map(Wanted::new).toList();
        for (List<Wanted> batch : Instances.batches(wanted, 120)) {
            var proposal = Instances.propose(clinic.proposal("CT1"), batch, true)
                    .context(STUDY_ROOT_GET, TransferSyntax.ExplicitVRLittleEndian);
            try (Association a = clinic.associate("CT1", proposal)) {
                for (Wanted one : batch) {
                    Stored file =
                            Optional.ofNullable(byUid.get(one.sopInstance())).orElseThrow();
                    Map<Uid, byte[]> got = new HashMap<>();
                    Status status = a.get(
                            STUDY_ROOT_GET,
                            DataSet.empty()
                                    .with(QueryRetrieveLevel, "IMAGE")
                                    .with(StudyInstanceUID, file.study())
                                    .with(SeriesInstanceUID, file.series())
                                    .with(SOPInstanceUID, file.sopInstance()),
                            store -> {
                                got.put(store.sopInstance(), store.body().readAllBytes());
                                return Status.SUCCESS;
                            },
                            Association.Progress.IGNORED);
                    assertThat(status.code()).as(file.toString()).isZero();
                    assertThat(Arrays.equals(
                                    got.get(one.sopInstance()), one.captured().bytes()))
                            .as("bytes of " + file)
                            .isTrue();
                }
            }
        }
    }

    /** What is asked back: only its class, UID and syntax count. */
    private record Wanted(Captured captured) implements Instance {
        @Override
        public Uid sopClass() {
            return captured.sopClass();
        }

        @Override
        public Uid sopInstance() {
            return captured.sopInstance();
        }

        @Override
        public TransferSyntax syntax() {
            return captured.syntax();
        }

        @Override
        public void writeTo(OutputStream out) {
            throw new IllegalStateException("it is asked for, not sent");
        }
    }
}
