package org.strongroom.gateway.dimse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.strongroom.dicom.TransferSyntax.ExplicitVRBigEndian;
import static org.strongroom.dicom.TransferSyntax.ExplicitVRLittleEndian;
import static org.strongroom.dicom.TransferSyntax.ImplicitVRLittleEndian;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.AssociationPolicy.ContextAnswer;
import org.strongroom.guard.DeviceRecord.Service;

class ContextsTest {
    private static final Set<Service> ALL = EnumSet.allOf(Service.class);
    private static final String VERIFICATION = "1.2.840.10008.1.1";
    private static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    private static final String STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1";
    private static final String STUDY_ROOT_MOVE = "1.2.840.10008.5.1.4.1.2.2.2";
    private static final TransferSyntax JPEG_LOSSLESS = TransferSyntax.of(new Uid("1.2.840.10008.1.2.4.70"));
    private static final TransferSyntax PRIVATE = TransferSyntax.of(new Uid("1.2.840.113619.5.2"));

    @Test
    void a_device_gets_the_services_of_its_policy_and_no_other() {
        for (Service service : Service.values()) {
            String syntax = syntaxOf(service);
            assertThat(result(syntax, EnumSet.of(service)))
                    .as(service + " allowed")
                    .isZero();
            assertThat(result(syntax, EnumSet.complementOf(EnumSet.of(service))))
                    .as(service + " not allowed")
                    .isEqualTo(1);
        }
    }

    @Test
    void every_storage_sop_class_is_taken_retired_ones_too_but_not_a_dicomdir() {
        for (Uid uid : Dictionary.standard().storageSopClasses()) {
            boolean directory = uid.value().equals("1.2.840.10008.1.3.10");
            assertThat(result(uid.value(), ALL)).as(uid.value()).isEqualTo(directory ? 3 : 0);
        }
    }

    @Test
    void unknown_storage_classes_and_private_ones_are_taken() {
        assertThat(result("1.2.840.10008.5.1.4.1.1.9999.1", ALL)).isZero();
        assertThat(result("1.3.12.2.1107.5.9.1", ALL)).isZero();
        assertThat(result("1.3.12.2.1107.5.9.1", EnumSet.of(Service.FIND))).isEqualTo(1);
    }

    @Test
    void other_services_of_the_standard_are_not_supported() {
        for (String syntax : List.of(
                "1.2.840.10008.5.1.4.1.2.3.1", // Patient/Study Only, retired
                "1.2.840.10008.5.1.4.1.2.3.2",
                "1.2.840.10008.5.1.4.1.2.3.3",
                "1.2.840.10008.5.1.4.31", // Modality Worklist
                "1.2.840.10008.1.20.1", // Storage Commitment
                "1.2.840.10008.5.1.1.9")) { // Basic Grayscale Print
            assertThat(result(syntax, ALL)).as(syntax).isEqualTo(3);
        }
    }

    @Test
    void storage_keeps_the_requestors_order() {
        assertThat(chosen(JPEG_LOSSLESS, ExplicitVRLittleEndian)).isEqualTo(JPEG_LOSSLESS);
        assertThat(chosen(ExplicitVRBigEndian, ExplicitVRLittleEndian)).isEqualTo(ExplicitVRBigEndian);
        assertThat(chosen(ExplicitVRLittleEndian, JPEG_LOSSLESS)).isEqualTo(ExplicitVRLittleEndian);
    }

    @Test
    void implicit_vr_gives_way_to_explicit_vr_only() {
        assertThat(chosen(ImplicitVRLittleEndian, JPEG_LOSSLESS, ExplicitVRLittleEndian))
                .isEqualTo(ExplicitVRLittleEndian);
        assertThat(chosen(ImplicitVRLittleEndian, JPEG_LOSSLESS)).isEqualTo(ImplicitVRLittleEndian);
        assertThat(chosen(ImplicitVRLittleEndian)).isEqualTo(ImplicitVRLittleEndian);
    }

    @Test
    void transfer_syntaxes_nobody_can_name_are_passed_over() {
        assertThat(chosen(PRIVATE, ImplicitVRLittleEndian)).isEqualTo(ImplicitVRLittleEndian);
        assertThat(answer(CT, ALL, false, PRIVATE).result()).isEqualTo(4);
        assertThat(answer(CT, ALL, false, TransferSyntax.of(new Uid("1.2.840.10008.1.2.6.2")))
                        .result())
                .isEqualTo(4);
        assertThat(answer(STUDY_ROOT_FIND, ALL, false, JPEG_LOSSLESS).result()).isEqualTo(4);
    }

    @Test
    void identifiers_come_in_explicit_vr_where_it_is_offered() {
        assertThat(answer(STUDY_ROOT_FIND, ALL, false, ImplicitVRLittleEndian, ExplicitVRLittleEndian)
                        .syntax())
                .isEqualTo(ExplicitVRLittleEndian);
    }

    @Test
    void the_scp_role_is_for_who_asks_for_it_and_may_get() {
        ContextAnswer asked = answer(CT, ALL, true, ImplicitVRLittleEndian);
        assertThat(asked.requestorIsScp()).isTrue();
        assertThat(asked.requestorIsScu()).isTrue();
        assertThat(answer(CT, ALL, false, ImplicitVRLittleEndian).requestorIsScp())
                .isFalse();
        ContextAnswer storesOnly = answer(CT, EnumSet.of(Service.STORE), true, ImplicitVRLittleEndian);
        assertThat(storesOnly.result()).isZero();
        assertThat(storesOnly.requestorIsScp()).isFalse();
        ContextAnswer getsOnly = answer(CT, EnumSet.of(Service.GET), true, ImplicitVRLittleEndian);
        assertThat(getsOnly.result()).isZero();
        assertThat(getsOnly.requestorIsScu()).isFalse();
        assertThat(getsOnly.requestorIsScp()).isTrue();
    }

    private static String syntaxOf(Service service) {
        return switch (service) {
            case ECHO -> VERIFICATION;
            case STORE -> CT;
            case FIND -> STUDY_ROOT_FIND;
            case MOVE -> STUDY_ROOT_MOVE;
            case GET -> "1.2.840.10008.5.1.4.1.2.1.3";
        };
    }

    private static int result(String abstractSyntax, Set<Service> allowed) {
        return answer(abstractSyntax, allowed, false, ImplicitVRLittleEndian).result();
    }

    private static TransferSyntax chosen(TransferSyntax... proposed) {
        return answer(CT, ALL, false, proposed).syntax();
    }

    private static ContextAnswer answer(
            String abstractSyntax, Set<Service> allowed, boolean scpRole, TransferSyntax... proposed) {
        Asked request = new Asked("STRONGROOM", "CT1", scpRole, new Uid(abstractSyntax), List.of(proposed));
        return Contexts.answer(request, allowed).getFirst();
    }
}
