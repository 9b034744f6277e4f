package org.strongroom.guard;

/** Who asks: never anonymous. Identities are made by guard from what was proven (a certificate, peer credentials). */
public sealed interface Identity {
    /** The name that audit records carry. */
    String name();

    /** An enrolled device: the client certificate it proved possession of, and the AE title it called with. */
    record Device(DeviceRecord device, String aeTitle, String address) implements Identity {
        @Override
        public String name() {
            return "device:" + device.name();
        }
    }

    /** A person known by the operating system on this machine, enrolled as administrator. */
    record Local(String user) implements Identity {
        @Override
        public String name() {
            return "os:" + user;
        }
    }
}
