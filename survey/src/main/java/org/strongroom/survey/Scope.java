package org.strongroom.survey;

import java.math.BigInteger;
import java.net.InetAddress;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Stream;
import org.strongroom.dimse.AeTitle;

/**
 * What an owner allows to be looked at: networks, ports, days, rates. Without a valid one nothing is sent. In this version
 * networks are loopback only: wider scopes need a signed scope and proven control, which it can't check yet.
 *
 * @param owner who answers for the networks
 * @param contact where the owner is reached
 * @param statement the sentence by which the owner allows the survey
 * @param excluded never contacted, even inside {@code networks}
 * @param validFrom first day, of the time zone the survey runs in
 * @param validUntil last day
 * @param callingAeTitle how the survey names itself
 * @param calledAeTitles tried in this order while a peer answers that it knows no such title; at most three: this is a
 *     declared list, not guessing
 * @param countCap responses of one C-FIND after which it is cancelled
 */
record Scope(
        String owner,
        String contact,
        String statement,
        List<Network> networks,
        List<Network> excluded,
        Ports ports,
        LocalDate validFrom,
        LocalDate validUntil,
        AeTitle callingAeTitle,
        List<AeTitle> calledAeTitles,
        Rates rates,
        int countCap) {
    static final AeTitle CALLING_AE_TITLE = new AeTitle("STRONGSURVEY");

    /** What other tools call by default, and the titles dcmqrscp and dcm4chee are shipped with. */
    static final List<AeTitle> CALLED_AE_TITLES =
            List.of(new AeTitle("ANY-SCP"), new AeTitle("COMMON"), new AeTitle("DCM4CHEE"));

    /** Above this a second person must approve, which this version can't record. */
    static final int ADDRESSES = 4096;

    static final int COUNT_CAP = 10_000;
    static final int LONGEST_DAYS = 366;

    /** How fast, and how long to wait; loopback allows more than a network does. */
    record Rates(int perSecond, int perHostPerSecond, int connectMillis, int answerMillis, int countMillis) {
        static final Rates LOOPBACK = new Rates(1000, 20, 2000, 5000, 30_000);

        void check() {
            within("rates.perSecond", perSecond, 1, 20_000);
            within("rates.perHostPerSecond", perHostPerSecond, 1, 20);
            within("rates.connectMillis", connectMillis, 100, 60_000);
            within("rates.answerMillis", answerMillis, 100, 60_000);
            within("rates.countMillis", countMillis, 100, 600_000);
        }
    }

    /** @throws ScopeRefusedException when it asks for more than may be given */
    Scope {
        text("owner", owner);
        text("contact", contact);
        text("statement", statement);
        if (networks.isEmpty()) {
            throw new ScopeRefusedException("networks: none is named; add at least one, for example 127.0.0.1/32");
        }
        networks.forEach(Scope::loopbackOnly);
        BigInteger addresses = networks.stream().map(Network::size).reduce(BigInteger.ZERO, BigInteger::add);
        if (addresses.compareTo(BigInteger.valueOf(ADDRESSES)) > 0) {
            throw new ScopeRefusedException("networks: " + addresses + " addresses are more than " + ADDRESSES
                    + "; above that a second person must approve, which this version can't record: split the scope");
        }
        if (validUntil.isBefore(validFrom)) {
            throw new ScopeRefusedException("validUntil " + validUntil + " lies before validFrom " + validFrom);
        }
        if (validUntil.isAfter(validFrom.plusDays(LONGEST_DAYS))) {
            throw new ScopeRefusedException("validUntil " + validUntil + " lies more than " + LONGEST_DAYS
                    + " days after validFrom; an authority that old should be given again");
        }
        if (calledAeTitles.isEmpty() || calledAeTitles.size() > 3) {
            throw new ScopeRefusedException("calledAeTitles: name one to three; trying more would be guessing");
        }
        rates.check();
        within("countCap", countCap, 1, 1_000_000);
    }

    private static void text(String field, String value) {
        if (value.isBlank() || value.length() > 1000 || value.chars().anyMatch(c -> c < 0x20 || c == 0x7F)) {
            throw new ScopeRefusedException(field + ": 1 to 1000 characters on one line are needed");
        }
    }

    private static void within(String field, int value, int least, int most) {
        if (value < least || value > most) {
            throw new ScopeRefusedException(field + ": " + value + " is not between " + least + " and " + most);
        }
    }

    private static void loopbackOnly(Network network) {
        if (!network.isLoopback()) {
            throw new ScopeRefusedException(
                    "network " + network + " is not loopback; this version surveys only 127.0.0.0/8"
                            + " and ::1, since it can't yet check the owner's signature and control of other addresses");
        }
    }

    /** @throws ScopeRefusedException before the first day and after the last */
    void checkDay(LocalDate today) {
        if (today.isBefore(validFrom)) {
            throw new ScopeRefusedException("the scope begins on " + validFrom + " and today is " + today
                    + "; wait, or ask " + owner + " for another");
        }
        if (today.isAfter(validUntil)) {
            throw new ScopeRefusedException("the scope ended on " + validUntil + " and today is " + today + "; ask "
                    + owner + " (" + contact + ") for a new one");
        }
    }

    boolean allows(Target target) {
        return ports.contains(target.port())
                && networks.stream().anyMatch(n -> n.contains(target.address()))
                && excluded.stream().noneMatch(n -> n.contains(target.address()));
    }

    /** Addresses that may be contacted, each once. */
    Stream<InetAddress> addresses() {
        return networks.stream()
                .flatMap(Network::addresses)
                .distinct()
                .filter(address -> excluded.stream().noneMatch(n -> n.contains(address)));
    }
}
