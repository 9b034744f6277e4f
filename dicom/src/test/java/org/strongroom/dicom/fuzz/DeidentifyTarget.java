package org.strongroom.dicom.fuzz;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.PersonName;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.deidentify.DeidentificationKey;
import org.strongroom.dicom.deidentify.DeidentificationProfile;
import org.strongroom.dicom.deidentify.Deidentifier;
import org.strongroom.dicom.deidentify.ProfileOption;
import org.strongroom.dicom.deidentify.SafePrivateList;

/**
 * Fuzz target: a file to be de-identified, its first two bytes the options. It is refused, or what comes out can be read,
 * is the same a second time, and lacks a name that was put in as the patient's.
 */
public final class DeidentifyTarget {
    private static final String CANARY = "QZKANARIE^WXVOGEL";
    private static final Uid INSTANCE = new Uid("1.2.3.4");
    private static final Uid CT = new Uid("1.2.840.10008.5.1.4.1.1.2");

    private DeidentifyTarget() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        try {
            DeidentificationProfile profile = profile(bytes);
            deidentified(bytes, profile);
            withCanary(bytes).ifPresent(file -> hasNoCanary(file, profile));
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }

    private static DeidentificationProfile profile(byte[] bytes) {
        int bits = bytes.length < 2 ? 0 : bytes[0] << 8 | (bytes[1] & 0xFF);
        Set<ProfileOption> options = EnumSet.noneOf(ProfileOption.class);
        for (ProfileOption option : ProfileOption.values()) {
            if ((bits & 1) != 0) {
                options.add(option);
            }
            bits >>= 1;
        }
        options.remove(ProfileOption.CLEAN_PIXEL_DATA);
        if (options.contains(ProfileOption.RETAIN_MODIFIED_DATES)) {
            options.remove(ProfileOption.RETAIN_FULL_DATES);
        }
        return new DeidentificationProfile(
                options, SafePrivateList.standard(), true, DeidentificationProfile.DEFAULT_SHIFT_DAYS);
    }

    private static Optional<byte[]> withCanary(byte[] file) throws IOException {
        try {
            Part10 part10 = Part10.open(new ByteArrayInputStream(file), DataSetProperties.LIMITS);
            DataSet read = DataSet.read(part10.body().readAllBytes(), part10.syntax(), DataSetProperties.LIMITS);
            DataSet named = read.with(Attributes.PatientName, PersonName.of(CANARY))
                    .with(Attributes.SOPInstanceUID, INSTANCE)
                    .with(Attributes.SOPClassUID, CT);
            TransferSyntax syntax = part10.syntax();
            byte[] header = Part10.header(CT, INSTANCE, syntax, Optional.empty());
            byte[] body = named.toBytes(syntax);
            byte[] all = Arrays.copyOf(header, header.length + body.length);
            System.arraycopy(body, 0, all, header.length, body.length);
            return Optional.of(all);
        } catch (DicomFormatException | IllegalArgumentException e) {
            return Optional.empty(); // unreadable, or in a character set without these letters
        }
    }

    private static void hasNoCanary(byte[] file, DeidentificationProfile profile) {
        try {
            Optional<byte[]> out = deidentified(file, profile);
            if (out.isPresent()) {
                String text = new String(out.get(), StandardCharsets.ISO_8859_1);
                for (String word : List.of(CANARY, "QZKANARIE", "WXVOGEL")) {
                    if (text.contains(word)) {
                        throw new AssertionError("the patient's name stayed");
                    }
                }
                if (!Arrays.equals(out.get(), deidentified(file, profile).orElseThrow())) {
                    throw new AssertionError("other bytes the second time");
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }

    private static Optional<byte[]> deidentified(byte[] file, DeidentificationProfile profile) throws IOException {
        byte[] key = new byte[DeidentificationKey.BYTES];
        key[0] = 1;
        Deidentifier deidentifier =
                new Deidentifier(profile, DeidentificationKey.of(key), "fuzz", DataSetProperties.LIMITS);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            if (!(deidentifier.examine(new ByteArrayInputStream(file)) instanceof Deidentifier.Ready ready)) {
                return Optional.empty();
            }
            deidentifier.write(ready, new ByteArrayInputStream(file), out);
        } catch (DicomFormatException e) {
            return Optional.empty();
        }
        byte[] written = out.toByteArray();
        try {
            Part10 part10 = Part10.open(new ByteArrayInputStream(written), DataSetProperties.LIMITS);
            DataSet.read(part10.body().readAllBytes(), part10.syntax(), DataSetProperties.LIMITS);
        } catch (DicomFormatException e) {
            throw new AssertionError("what came out can't be read", e);
        }
        return Optional.of(written);
    }
}
