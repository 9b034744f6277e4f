package org.strongroom.bench;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.strongroom.dicom.Attribute;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.TransferSyntax;

/** The CT image that is measured with: a file of whoever measures, named by system property {@code ct}. */
final class Ct {
    /** What an archive's index wants to know of an instance. */
    static final Attribute<?>[] INDEXED = {
        Attributes.SOPClassUID,
        Attributes.SOPInstanceUID,
        Attributes.StudyInstanceUID,
        Attributes.SeriesInstanceUID,
        Attributes.PatientID,
        Attributes.PatientName,
        Attributes.PatientBirthDate,
        Attributes.PatientSex,
        Attributes.StudyDate,
        Attributes.StudyTime,
        Attributes.StudyID,
        Attributes.AccessionNumber,
        Attributes.ReferringPhysicianName,
        Attributes.StudyDescription,
        Attributes.Modality,
        Attributes.SeriesNumber,
        Attributes.SeriesDescription,
        Attributes.InstanceNumber,
        Attributes.Rows,
        Attributes.Columns
    };

    final byte[] body;
    final TransferSyntax syntax;

    private Ct(byte[] body, TransferSyntax syntax) {
        this.body = body;
        this.syntax = syntax;
    }

    static Ct load() {
        return load(Path.of(System.getProperty("ct", "")));
    }

    static Ct load(Path path) {
        try {
            Part10 file = Part10.open(new ByteArrayInputStream(Files.readAllBytes(path)), Limits.DEFAULT);
            return new Ct(file.body().readAllBytes(), file.syntax());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    DataSet head() {
        return DataSet.readHead(body, body.length, true, syntax, Limits.DEFAULT)
                .orElseThrow()
                .elements();
    }

    DataSet whole() {
        return DataSet.read(body, syntax, Limits.DEFAULT);
    }
}
