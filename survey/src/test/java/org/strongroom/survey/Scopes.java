package org.strongroom.survey;

import java.time.LocalDate;
import java.util.List;

/** Scopes for tests: loopback, quick, valid in November 2026. */
final class Scopes {
    static final LocalDate DAY = LocalDate.of(2026, 11, 21);

    private Scopes() {}

    static Scope of(String networks, String ports) {
        return of(networks, "", ports);
    }

    static Scope of(String networks, String excluded, String ports) {
        return new Scope(
                "Clinic North",
                "it@clinic.example",
                "Clinic North allows this survey.",
                networks(networks),
                networks(excluded),
                Ports.parse(ports),
                DAY,
                DAY.plusDays(30),
                Scope.CALLING_AE_TITLE,
                Scope.CALLED_AE_TITLES,
                new Scope.Rates(20_000, 20, 500, 500, 5_000),
                Scope.COUNT_CAP);
    }

    private static List<Network> networks(String text) {
        return text.isEmpty()
                ? List.of()
                : List.of(text.split(",")).stream().map(Network::parse).toList();
    }
}
