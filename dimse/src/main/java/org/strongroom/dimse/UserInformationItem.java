package org.strongroom.dimse;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.UserInformation.AsyncWindow;
import org.strongroom.dimse.UserInformation.CommonExtendedNegotiation;
import org.strongroom.dimse.UserInformation.ExtendedNegotiation;
import org.strongroom.dimse.UserInformation.Role;
import org.strongroom.dimse.UserInformation.UserIdentity;

/** Reads and writes the sub-items of the user information item (50H); unknown ones are skipped, PS3.8 section 9.3.1. */
final class UserInformationItem {
    static final int TYPE = 0x50;
    private static final int MAXIMUM_LENGTH = 0x51;
    private static final int IMPLEMENTATION_CLASS = 0x52;
    private static final int ASYNC_WINDOW = 0x53;
    private static final int ROLE = 0x54;
    private static final int IMPLEMENTATION_VERSION = 0x55;
    private static final int EXTENDED = 0x56;
    private static final int COMMON_EXTENDED = 0x57;
    private static final int IDENTITY = 0x58;
    private static final int IDENTITY_RESPONSE = 0x59;

    /** What a sender that names no maximum gets: the least that every implementation is known to take. */
    private static final long UNSAID_MAXIMUM_LENGTH = 16_384;

    private long maximumLength = UNSAID_MAXIMUM_LENGTH;
    private @Nullable Uid implementationClass;
    private @Nullable String implementationVersion;
    private @Nullable AsyncWindow asyncWindow;
    private final List<Role> roles = new ArrayList<>();
    private final List<ExtendedNegotiation> extended = new ArrayList<>();
    private final List<CommonExtendedNegotiation> commonExtended = new ArrayList<>();
    private @Nullable UserIdentity identity;
    private @Nullable Octets identityResponse;

    private UserInformationItem() {}

    static UserInformation read(PduCursor item) {
        UserInformationItem read = new UserInformationItem();
        while (!item.atEnd()) {
            read.subItem(item);
        }
        return read.done();
    }

    /** The user information of a PDU that has none. */
    static UserInformation absent() {
        return new UserInformationItem().done();
    }

    private UserInformation done() {
        return new UserInformation(
                maximumLength,
                Optional.ofNullable(implementationClass),
                Optional.ofNullable(implementationVersion),
                Optional.ofNullable(asyncWindow),
                roles,
                extended,
                commonExtended,
                Optional.ofNullable(identity),
                Optional.ofNullable(identityResponse));
    }

    private void subItem(PduCursor item) {
        int type = item.u8("user information sub-item");
        item.skip(1, "user information sub-item");
        PduCursor body = item.slice(item.u16("user information sub-item"), "user information sub-item");
        switch (type) {
            case MAXIMUM_LENGTH -> maximumLength = body.u32("maximum length");
            case IMPLEMENTATION_CLASS ->
                implementationClass = body.optionalUid(body.remaining(), "implementation class")
                        .orElse(null);
            case ASYNC_WINDOW ->
                asyncWindow = new AsyncWindow(
                        body.u16("asynchronous operations window"), body.u16("asynchronous operations window"));
            case ROLE -> roles.add(role(body));
            case IMPLEMENTATION_VERSION ->
                implementationVersion = body.text(body.remaining(), "implementation version");
            case EXTENDED -> {
                Uid sopClass = body.uid(body.u16("extended negotiation"), "extended negotiation");
                extended.add(new ExtendedNegotiation(sopClass, body.octets(body.remaining(), "extended negotiation")));
            }
            case COMMON_EXTENDED -> commonExtended.add(commonExtended(body));
            case IDENTITY -> identity = identity(body);
            case IDENTITY_RESPONSE ->
                identityResponse = body.octets(body.u16("user identity response"), "user identity response");
            default -> {}
        }
    }

    private static Role role(PduCursor body) {
        Uid sopClass = body.uid(body.u16("role selection"), "role selection");
        return new Role(sopClass, body.u8("SCU role") == 1, body.u8("SCP role") == 1);
    }

    private static CommonExtendedNegotiation commonExtended(PduCursor body) {
        String what = "common extended negotiation";
        Uid sopClass = body.uid(body.u16(what), what);
        Uid serviceClass = body.uid(body.u16(what), what);
        List<Uid> related = new ArrayList<>();
        if (!body.atEnd()) {
            PduCursor list = body.slice(body.u16(what), what);
            while (!list.atEnd()) {
                related.add(list.uid(list.u16(what), what));
            }
        }
        return new CommonExtendedNegotiation(sopClass, serviceClass, related);
    }

    private static UserIdentity identity(PduCursor body) {
        String what = "user identity";
        int type = body.u8(what);
        boolean responseRequested = body.u8(what) == 1;
        Octets primary = body.octets(body.u16(what), what);
        Octets secondary = body.atEnd() ? Octets.NONE : body.octets(body.u16(what), what);
        return new UserIdentity(type, responseRequested, primary, secondary);
    }

    static void write(UserInformation information, PduBuilder to) {
        final int item = to.open16(TYPE);
        to.u8(MAXIMUM_LENGTH).u8(0).u16(4).u32(information.maximumLength());
        information.implementationClass().ifPresent(uid -> text(to, IMPLEMENTATION_CLASS, uid.value()));
        information
                .asyncWindow()
                .ifPresent(window ->
                        to.u8(ASYNC_WINDOW).u8(0).u16(4).u16(window.invoked()).u16(window.performed()));
        for (Role role : information.roles()) {
            int mark = to.open16(ROLE);
            uid(to, role.sopClass()).u8(role.scu() ? 1 : 0).u8(role.scp() ? 1 : 0);
            to.close16(mark);
        }
        information.implementationVersion().ifPresent(version -> text(to, IMPLEMENTATION_VERSION, version));
        for (ExtendedNegotiation negotiation : information.extended()) {
            int mark = to.open16(EXTENDED);
            uid(to, negotiation.sopClass()).put(negotiation.information().toArray());
            to.close16(mark);
        }
        for (CommonExtendedNegotiation negotiation : information.commonExtended()) {
            write(negotiation, to);
        }
        information.identity().ifPresent(identity -> {
            int mark = to.open16(IDENTITY);
            to.u8(identity.type()).u8(identity.responseRequested() ? 1 : 0);
            octets(to, identity.primary());
            octets(to, identity.secondary());
            to.close16(mark);
        });
        information.identityResponse().ifPresent(response -> {
            int mark = to.open16(IDENTITY_RESPONSE);
            octets(to, response);
            to.close16(mark);
        });
        to.close16(item);
    }

    private static void write(CommonExtendedNegotiation negotiation, PduBuilder to) {
        int mark = to.open16(COMMON_EXTENDED);
        uid(to, negotiation.sopClass());
        uid(to, negotiation.serviceClass());
        PduBuilder related = new PduBuilder(64);
        negotiation.relatedGeneralSopClasses().forEach(sopClass -> uid(related, sopClass));
        octets(to, Octets.of(related.toArray()));
        to.close16(mark);
    }

    private static void text(PduBuilder to, int type, String value) {
        int mark = to.open16(type);
        to.text(value);
        to.close16(mark);
    }

    private static PduBuilder uid(PduBuilder to, Uid uid) {
        return to.u16(uid.value().length()).text(uid.value());
    }

    private static void octets(PduBuilder to, Octets octets) {
        if (octets.length() > 0xFFFF) {
            throw new IllegalArgumentException(octets.length() + " bytes do not fit a 16 bit length");
        }
        to.u16(octets.length()).put(octets.toArray());
    }
}
