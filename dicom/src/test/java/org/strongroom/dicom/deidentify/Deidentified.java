package org.strongroom.dicom.deidentify;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/** Runs the de-identifier over bytes, for tests. */
final class Deidentified {
    static final DeidentificationKey KEY = DeidentificationKey.of(key());
    static final String SOP_CLASS = "1.2.840.10008.5.1.4.1.1.2";

    private Deidentified() {}

    private static byte[] key() {
        byte[] bytes = new byte[DeidentificationKey.BYTES];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 37 + 11);
        }
        return bytes;
    }

    static DeidentificationProfile profile(ProfileOption... options) {
        Set<ProfileOption> set = EnumSet.noneOf(ProfileOption.class);
        set.addAll(Arrays.asList(options));
        return new DeidentificationProfile(
                set, SafePrivateList.standard(), false, DeidentificationProfile.DEFAULT_SHIFT_DAYS);
    }

    static Deidentifier with(DeidentificationProfile profile) {
        return new Deidentifier(profile, KEY, "test", Limits.DEFAULT);
    }

    static byte[] file(byte[] dataSet, TransferSyntax syntax) {
        byte[] header = Part10.header(new Uid(SOP_CLASS), new Uid("1.2.3.4"), syntax, Optional.of("CANARY-AE"));
        byte[] file = Arrays.copyOf(header, header.length + dataSet.length);
        System.arraycopy(dataSet, 0, file, header.length, dataSet.length);
        return file;
    }

    static Optional<Refusal> refusal(byte[] file, DeidentificationProfile profile) throws IOException {
        return with(profile).examine(new ByteArrayInputStream(file)) instanceof Deidentifier.Refused refused
                ? Optional.of(refused.reason())
                : Optional.empty();
    }

    static byte[] bytes(byte[] file, DeidentificationProfile profile) throws IOException {
        Deidentifier deidentifier = with(profile);
        if (deidentifier.examine(new ByteArrayInputStream(file)) instanceof Deidentifier.Ready ready) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            deidentifier.write(ready, new ByteArrayInputStream(file), out);
            return out.toByteArray();
        }
        throw new AssertionError("refused: " + refusal(file, profile));
    }

    static DataSet read(byte[] file) throws IOException {
        Part10 part10 = Part10.open(new ByteArrayInputStream(file), Limits.DEFAULT);
        return DataSet.read(part10.body().readAllBytes(), part10.syntax(), Limits.DEFAULT);
    }
}
