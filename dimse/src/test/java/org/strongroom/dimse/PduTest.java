package org.strongroom.dimse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.Uids;
import org.strongroom.dimse.AssociationPolicy.ProposedContext;
import org.strongroom.dimse.Pdu.AssociateAc;
import org.strongroom.dimse.Pdu.AssociateRq;
import org.strongroom.dimse.Pdu.ContextResult;
import org.strongroom.dimse.UserInformation.AsyncWindow;
import org.strongroom.dimse.UserInformation.CommonExtendedNegotiation;
import org.strongroom.dimse.UserInformation.ExtendedNegotiation;
import org.strongroom.dimse.UserInformation.Role;
import org.strongroom.dimse.UserInformation.UserIdentity;

final class PduTest {
    private static final Uid VERIFICATION = new Uid("1.2.840.10008.1.1");
    private static final Uid CT = new Uid("1.2.840.10008.5.1.4.1.1.2");

    /** Written by hand from PS3.8 tables 9-11 to 9-20 and annex D. */
    private static final String GOLDEN_REQUEST = "01 00 000000C3 0001 0000"
            + "414E592D534350202020202020202020" + "4543484F534355202020202020202020"
            + "0000000000000000000000000000000000000000000000000000000000000000"
            + "10 00 0015 312E322E3834302E31303030382E332E312E312E31"
            + "20 00 002E 01 00 00 00"
            + "30 00 0011 312E322E3834302E31303030382E312E31"
            + "40 00 0011 312E322E3834302E31303030382E312E32"
            + "50 00 0030"
            + "51 00 0004 00004000"
            + "52 00 000F 312E322E3334352E362E372E382E39"
            + "53 00 0004 0005 0001"
            + "55 00 0009 544553545F56455253";

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    @Test
    void reads_a_request_written_by_hand_and_writes_the_same_bytes() {
        byte[] golden = golden();
        AssociateRq request = (AssociateRq) decode(golden);
        assertThat(request.calledAeTitle()).isEqualTo("ANY-SCP");
        assertThat(request.callingAeTitle()).isEqualTo("ECHOSCU");
        assertThat(request.contexts())
                .containsExactly(new ProposedContext(1, VERIFICATION, List.of(TransferSyntax.ImplicitVRLittleEndian)));
        assertThat(request.userInformation().maximumLength()).isEqualTo(16384);
        assertThat(request.userInformation().asyncWindow()).contains(new AsyncWindow(5, 1));
        assertThat(request.implementationVersion()).contains("TEST_VERS");
        assertThat(request.encode()).isEqualTo(golden);
    }

    private static byte[] golden() {
        return bytes(GOLDEN_REQUEST);
    }

    @Test
    void reads_and_writes_every_type_and_every_sub_item() {
        for (Pdu pdu : all()) {
            byte[] encoded = pdu.encode();
            assertThat(decode(encoded)).isEqualTo(pdu);
            assertThat(decode(encoded).encode()).isEqualTo(encoded);
        }
    }

    @Test
    void writes_the_short_ones_as_the_standard_shows_them() {
        assertThat(new Pdu.AssociateRj(1, 2, 1).encode()).isEqualTo(bytes("03 00 00000004 00 01 02 01"));
        assertThat(new Pdu.ReleaseRq().encode()).isEqualTo(bytes("05 00 00000004 00000000"));
        assertThat(new Pdu.ReleaseRp().encode()).isEqualTo(bytes("06 00 00000004 00000000"));
        assertThat(new Pdu.Abort(2, 6).encode()).isEqualTo(bytes("07 00 00000004 0000 02 06"));
        assertThat(new Pdu.PDataTf(List.of(new Pdu.Pdv(1, true, true, Octets.of(new byte[] {9})))).encode())
                .isEqualTo(bytes("04 00 00000007 00000003 01 03 09"));
    }

    @Test
    void refuses_every_truncation_with_an_offset_inside_the_pdu() {
        for (Pdu pdu : all()) {
            byte[] whole = pdu.encode();
            int refused = 0;
            for (int length = Pdu.HEADER_LENGTH; length < whole.length; length++) {
                byte[] field = Arrays.copyOfRange(whole, Pdu.HEADER_LENGTH, length);
                try {
                    // What is left may end between two items, and is then a PDU of its own.
                    assertThat(Pdu.decode(whole[0], field)).isNotEqualTo(pdu);
                } catch (PduException e) {
                    refused++;
                    assertThat(e.offset()).isBetween(0L, (long) length);
                    assertThat(e.reason()).isEqualTo(PduException.INVALID_PARAMETER);
                }
            }
            assertThat(refused).isGreaterThanOrEqualTo(Math.min(4, whole.length - Pdu.HEADER_LENGTH));
        }
    }

    @Test
    void refuses_any_length_that_overruns_its_item() {
        byte[] golden = golden();
        // Offsets of the 16 bit lengths of: application context, context, abstract and transfer syntax, user
        // information, window.
        for (int offset : new int[] {76, 101, 109, 130, 151, 182}) {
            byte[] overlong = golden.clone();
            overlong[offset] = (byte) 0xFF;
            overlong[offset + 1] = (byte) 0xFF;
            assertThatThrownBy(() -> decode(overlong)).isInstanceOf(PduException.class);
        }
    }

    @Test
    void skips_items_it_does_not_know() {
        byte[] golden = golden();
        byte[] longer = Arrays.copyOf(golden, golden.length + 7);
        System.arraycopy(bytes("7F 00 0003 010203"), 0, longer, golden.length, 7);
        longer[5] = (byte) (longer[5] + 7);
        assertThat(decode(longer)).isEqualTo(decode(golden));
    }

    @Test
    void refuses_context_identifiers_that_are_even_or_come_twice() {
        byte[] even = golden();
        even[103] = 2;
        assertThatThrownBy(() -> decode(even)).isInstanceOf(PduException.class).hasMessageContaining("even");
        AssociateRq twice = new AssociateRq(
                1,
                "A",
                "B",
                Optional.of(Uids.DICOMApplicationContext),
                List.of(
                        new ProposedContext(1, CT, List.of(TransferSyntax.ImplicitVRLittleEndian)),
                        new ProposedContext(1, CT, List.of(TransferSyntax.ImplicitVRLittleEndian))),
                UserInformation.ours(0));
        assertThatThrownBy(() -> decode(twice.encode())).isInstanceOf(PduException.class);
    }

    @Test
    void leaves_out_a_transfer_syntax_that_is_no_uid_and_makes_titles_printable() {
        byte[] odd = golden();
        odd[132] = 'x';
        odd[10] = 0x1B;
        AssociateRq request = (AssociateRq) decode(odd);
        assertThat(request.calledAeTitle()).isEqualTo("?NY-SCP");
        assertThat(request.contexts().getFirst().transferSyntaxes()).isEmpty();
    }

    @Test
    void random_changes_end_in_a_pdu_or_a_pdu_exception() {
        long seed = System.nanoTime();
        System.getLogger("test").log(System.Logger.Level.INFO, "seed {0}", Long.toString(seed));
        Random random = new Random(seed);
        List<byte[]> encoded = all().stream().map(Pdu::encode).toList();
        for (int i = 0; i < 20_000; i++) {
            byte[] changed = encoded.get(random.nextInt(encoded.size())).clone();
            for (int k = random.nextInt(4); k >= 0; k--) {
                changed[6 + random.nextInt(changed.length - 6)] = (byte) random.nextInt(256);
            }
            try {
                decode(changed).encode();
            } catch (PduException e) {
                assertThat(e.offset()).as("seed %d", seed).isLessThanOrEqualTo(changed.length);
            }
        }
    }

    private static Pdu decode(byte[] whole) {
        return Pdu.decode(whole[0], Arrays.copyOfRange(whole, Pdu.HEADER_LENGTH, whole.length));
    }

    private static List<Pdu> all() {
        Octets some = Octets.of(new byte[] {1, 2, 3});
        UserInformation everything = new UserInformation(
                131_072,
                Optional.of(new Uid("1.2.3.4")),
                Optional.of("VERSION_1"),
                Optional.of(new AsyncWindow(0, 7)),
                List.of(new Role(CT, false, true), new Role(VERIFICATION, true, false)),
                List.of(new ExtendedNegotiation(CT, some)),
                List.of(new CommonExtendedNegotiation(CT, new Uid("1.2.840.10008.4.2"), List.of(VERIFICATION, CT))),
                Optional.of(new UserIdentity(2, true, some, Octets.of(new byte[] {9}))),
                Optional.of(some));
        List<ProposedContext> proposed = new ArrayList<>();
        List<ContextResult> answered = new ArrayList<>();
        for (int id = 1; id < 256; id += 2) {
            proposed.add(new ProposedContext(
                    id, CT, List.of(TransferSyntax.ImplicitVRLittleEndian, TransferSyntax.ExplicitVRLittleEndian)));
            answered.add(new ContextResult(id, id % 5, Optional.of(TransferSyntax.ExplicitVRLittleEndian)));
        }
        return List.of(
                new AssociateRq(
                        1,
                        "CALLED",
                        "CALLING",
                        Optional.of(Uids.DICOMApplicationContext),
                        proposed.subList(0, 2),
                        everything),
                new AssociateRq(
                        1, "CALLED", "CALLING", Optional.of(Uids.DICOMApplicationContext), proposed, everything),
                new AssociateAc(1, "CALLED", "CALLING", answered.subList(0, 3), everything),
                new Pdu.AssociateRj(2, 3, 1),
                new Pdu.PDataTf(List.of(new Pdu.Pdv(1, true, true, some), new Pdu.Pdv(255, false, false, Octets.NONE))),
                new Pdu.ReleaseRq(),
                new Pdu.ReleaseRp(),
                new Pdu.Abort(2, 4));
    }
}
