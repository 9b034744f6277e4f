package org.strongroom.server;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Rows under a head line, each column as wide as its longest value. Control characters in values are left out. */
final class Table {
    private final List<String[]> rows = new ArrayList<>();

    Table(String... head) {
        rows.add(head);
    }

    void add(String... row) {
        String[] clean = new String[row.length];
        for (int i = 0; i < row.length; i++) {
            clean[i] = Failure.oneLine(row[i]);
        }
        rows.add(clean);
    }

    int size() {
        return rows.size() - 1;
    }

    void print(PrintStream out) {
        int[] widths = new int[rows.getFirst().length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                line.append(row[i]).append(" ".repeat(widths[i] - row[i].length() + 2));
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
