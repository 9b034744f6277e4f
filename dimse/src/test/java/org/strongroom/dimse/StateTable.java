package org.strongroom.dimse;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** PS3.8 table 9-10 as the standard has it: 19 events by 13 states, each an action and the state after it, or blank. */
final class StateTable {
    static final int EVENTS = 19;
    static final int STATES = 13;

    /** A cell of the table. */
    record Cell(int event, int state) {
        @Override
        public String toString() {
            return "event " + event + " (" + NAMES.get(event - 1) + ") in state " + state;
        }
    }

    /** What stands in a cell: the action of tables 9-6 to 9-9, and the states it may lead to. */
    record Step(String action, String next) {}

    static final List<String> NAMES = List.of(
            "A-ASSOCIATE request",
            "transport connection confirmed",
            "A-ASSOCIATE-AC",
            "A-ASSOCIATE-RJ",
            "transport connection indicated",
            "A-ASSOCIATE-RQ",
            "A-ASSOCIATE response, accept",
            "A-ASSOCIATE response, reject",
            "P-DATA request",
            "P-DATA-TF",
            "A-RELEASE request",
            "A-RELEASE-RQ",
            "A-RELEASE-RP",
            "A-RELEASE response",
            "A-ABORT request",
            "A-ABORT",
            "transport connection closed",
            "ARTIM timer expired",
            "unrecognised or invalid PDU");

    private static final String TABLE = """
            1      2       3      4      5      6      7       8       9      10      11     12      13
         1  AE-1/4 .       .      .      .      .      .       .       .      .       .      .       .
         2  .      .       .      AE-2/5 .      .      .       .       .      .       .      .       .
         3  .      AA-1/13 AA-8/13 .     AE-3/6 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-6/13
         4  .      AA-1/13 AA-8/13 .     AE-4/1 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-6/13
         5  AE-5/2 .       .      .      .      .      .       .       .      .       .      .       .
         6  .      AE-6/3,13 AA-8/13 .   AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-7/13
         7  .      .       AE-7/6 .      .      .      .       .       .      .       .      .       .
         8  .      .       AE-8/13 .     .      .      .       .       .      .       .      .       .
         9  .      .       .      .      .      DT-1/6 .       AR-7/8  .      .       .      .       .
        10  .      AA-1/13 AA-8/13 .     AA-8/13 DT-2/6 AR-6/7 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-6/13
        11  .      .       .      .      .      AR-1/7 .       .       .      .       .      .       .
        12  .      AA-1/13 AA-8/13 .     AA-8/13 AR-2/8 AR-8/9,10 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-6/13
        13  .      AA-1/13 AA-8/13 .     AA-8/13 AA-8/13 AR-3/1 AA-8/13 AA-8/13 AR-10/12 AR-3/1 AA-8/13 AA-6/13
        14  .      .       .      .      .      .      .       AR-4/13 AR-9/11 .      .      AR-4/13 .
        15  .      .       AA-1/13 AA-2/1 AA-1/13 AA-1/13 AA-1/13 AA-1/13 AA-1/13 AA-1/13 AA-1/13 AA-1/13 .
        16  .      AA-2/1  AA-3/1 .      AA-3/1 AA-3/1 AA-3/1  AA-3/1  AA-3/1 AA-3/1  AA-3/1 AA-3/1  AA-2/1
        17  .      AA-5/1  AA-4/1 AA-4/1 AA-4/1 AA-4/1 AA-4/1  AA-4/1  AA-4/1 AA-4/1  AA-4/1 AA-4/1  AR-5/1
        18  .      AA-2/1  .      .      .      .      .       .       .      .       .      .       AA-2/1
        19  .      AA-1/13 AA-8/13 .     AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-7/13
        """;

    private static final Map<Cell, Step> STEPS = steps();

    private StateTable() {}

    private static Map<Cell, Step> steps() {
        Map<Cell, Step> steps = new HashMap<>();
        List<String> lines = TABLE.lines().skip(1).toList();
        for (String line : lines) {
            String[] words = line.strip().split(" +", -1);
            if (words.length != STATES + 1) {
                throw new IllegalStateException("a row of the table has " + words.length + " columns: " + line);
            }
            for (int state = 1; state <= STATES; state++) {
                if (!words[state].equals(".")) {
                    String[] parts = words[state].split("/", -1);
                    steps.put(new Cell(Integer.parseInt(words[0]), state), new Step(parts[0], parts[1]));
                }
            }
        }
        return steps;
    }

    /** All 247, by event and state. */
    static List<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        for (int event = 1; event <= EVENTS; event++) {
            for (int state = 1; state <= STATES; state++) {
                cells.add(new Cell(event, state));
            }
        }
        return cells;
    }

    /** Empty for a cell the standard leaves blank. */
    static Optional<Step> step(Cell cell) {
        return Optional.ofNullable(STEPS.get(cell));
    }

    /**
     * Why a cell can't be brought about by anybody outside; empty for one that can. A blank cell is listed too: it is
     * either played or here.
     */
    static Optional<String> impossible(Cell cell) {
        return Optional.ofNullable(why(cell.event(), cell.state()));
    }

    @SuppressWarnings("NullAway") // null is turned into an Optional one line above
    private static String why(int event, int state) {
        boolean fromPeer = List.of(3, 4, 6, 10, 12, 13, 16, 17, 19).contains(event);
        return switch (state) {
            case 1 ->
                fromPeer
                        ? "there is no transport connection a PDU could come over, or that could close"
                        : switch (event) {
                            case 2 -> "no transport connection was asked for";
                            case 7, 8, 14 -> "nothing was asked that could be answered";
                            case 18 -> "no timer runs without a connection";
                            default -> null;
                        };
            case 4 ->
                switch (event) {
                    case 2, 17 -> null;
                    case 1, 9, 11, 15 -> "Association.request has not returned: nobody holds the association yet";
                    case 18 -> "the timer starts with the connection; until then the connect timeout is kept";
                    case 5, 7, 8, 14 -> "a requestor gets no indications to answer";
                    default -> "no transport connection: nothing can come over it";
                };
            case 9 ->
                "the local answer to a release collision is given in the call that reads the A-RELEASE-RQ;"
                        + " the state ends before another event can be read or asked for";
            case 10, 12 -> "reached by an acceptor that asks for release, which ours never does";
            default -> local(event, state);
        };
    }

    @SuppressWarnings("NullAway")
    private static String local(int event, int state) {
        return switch (event) {
            case 1 -> "each A-ASSOCIATE request makes a connection of its own";
            case 2 -> "a transport connection is confirmed once, in state 4";
            case 5 -> "a transport connection is indicated once, in state 1";
            case 7, 8 -> state == 3 ? null : "the policy is asked once, in state 3";
            case 9 ->
                state == 6 || state == 8 ? null : "whoever could send is inside establishing, releasing or ending";
            case 11 -> state == 6 ? null : "only whoever holds an established association can release it";
            case 14 -> state == 8 ? null : "an A-RELEASE response is given where a request was indicated";
            case 15 ->
                switch (state) {
                    case 6, 7, 8, 11 -> null;
                    case 2, 3 -> "as acceptor the local user is the policy, which accepts or rejects";
                    case 5 -> "Association.request has not returned: nobody holds the association yet";
                    default -> "the local user has ended it already";
                };
            default -> null;
        };
    }
}
