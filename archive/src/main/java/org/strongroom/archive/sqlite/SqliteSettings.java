package org.strongroom.archive.sqlite;

/**
 * Sizes of the index database.
 *
 * @param writerCacheKilobytes pages the writing connection keeps in memory
 * @param readerCacheKilobytes the same for each reading connection
 * @param readers reading connections, that is queries that read at the same time; others wait for their turn
 * @param commitMillis longest time for which a row stays in the open transaction
 * @param commitRows most rows in one transaction
 * @param waitingStudies studies whose tokens wait in memory, about 1 KB each, before they are written as a run
 */
public record SqliteSettings(
        int writerCacheKilobytes,
        int readerCacheKilobytes,
        int readers,
        int commitMillis,
        int commitRows,
        int waitingStudies) {
    public static final SqliteSettings DEFAULT = new SqliteSettings(16 << 10, 8 << 10, 4, 100, 1000, 20_000);
}
