package org.strongroom.guard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * Rows that whoever can write the database can't forge: each carries an HMAC, and one more row, the seal, lists the HMACs of
 * all with a generation number. So an altered row, one put back to an older state, and one removed are noticed. The newest
 * generation also stands in the keys directory: a database put back as a whole is noticed too.
 */
final class AuthenticatedRows {
    private static final String SEAL = "seal";
    private static final String GENERATION_FILE = "guard.generation";

    private final GuardStore store;
    private final KeyRing keys;
    private final SecretKey key;
    private final Map<Key, GuardStore.Row> rows = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();
    private volatile @Nullable String trouble;
    private long generation;

    private record Key(String kind, String name) {}

    private AuthenticatedRows(GuardStore store, KeyRing keys) {
        this.store = store;
        this.keys = keys;
        this.key = keys.derive("guard.rows");
    }

    /** Reads all rows; those that are not as they were written are left out and reported. */
    static AuthenticatedRows open(GuardStore store, KeyRing keys) throws IOException {
        AuthenticatedRows rows = new AuthenticatedRows(store, keys);
        rows.load();
        return rows;
    }

    List<GuardStore.Row> ofKind(String kind) {
        return rows.values().stream().filter(r -> r.kind().equals(kind)).toList();
    }

    /** What is wrong with the database, for an operator. */
    List<String> problems() {
        List<String> all = new ArrayList<>(problems);
        String now = trouble;
        if (now != null) {
            all.add(now);
        }
        return all;
    }

    /** Puts a row; durable when this returns. */
    void put(String kind, String name, String body) throws IOException {
        Map<Key, GuardStore.Row> after = new LinkedHashMap<>(rows);
        GuardStore.Row row = new GuardStore.Row(kind, name, body, mac(kind, name, body));
        after.put(new Key(kind, name), row);
        Fields list = new Fields();
        after.forEach((k, r) -> list.put(k.kind + ' ' + k.name, r.mac()));
        String seal = text(new Fields().put("generation", generation + 1).put("rows", list));
        store.put(List.of(row, new GuardStore.Row(SEAL, SEAL, seal, mac(SEAL, SEAL, seal))));
        rows.put(new Key(kind, name), row);
        generation++;
        noteGeneration();
    }

    /** The change is made already and stays: a keys directory behind the database is no fault, only less protection. */
    private void noteGeneration() {
        try {
            keys.writeSealed(
                    GENERATION_FILE,
                    ByteBuffer.allocate(Long.BYTES).putLong(generation).array());
            trouble = null;
        } catch (IOException e) {
            trouble = "the keys directory can't be written (" + e.getMessage()
                    + "), so an older identity database would not be noticed; check its disk and permissions";
        }
    }

    static String text(Fields fields) {
        return new String(fields.toJson(), StandardCharsets.UTF_8);
    }

    static Fields fields(String text) throws IOException {
        return Fields.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    private void load() throws IOException {
        Map<Key, GuardStore.Row> found = new LinkedHashMap<>();
        for (GuardStore.Row row : store.rows()) {
            found.put(new Key(row.kind(), row.name()), row);
        }
        GuardStore.Row seal = found.remove(new Key(SEAL, SEAL));
        long known = knownGeneration();
        if (seal == null || !isSound(seal)) {
            if (!found.isEmpty() || known > 0) {
                problems.add("the seal of the identity database is missing or altered: no identity in it is accepted;"
                        + " restore guard.sqlite from a backup or enrol anew");
            }
            generation = known;
            return;
        }
        Fields content = fields(seal.body());
        generation = content.number("generation");
        if (generation < known) {
            problems.add("the identity database is older than the keys directory knows (generation " + generation
                    + ", expected " + known + "): no identity in it is accepted; put the newest guard.sqlite back");
            generation = known;
            return;
        }
        Map<String, String> macs = new HashMap<>();
        Fields list = content.fields("rows");
        for (String name : list.names()) {
            macs.put(name, list.text(name));
        }
        found.forEach((k, row) -> admit(k, row, macs.remove(k.kind + ' ' + k.name)));
        macs.keySet().forEach(name -> problems.add("the row " + name + " was removed from the identity database"));
    }

    private void admit(Key k, GuardStore.Row row, @Nullable String expected) {
        if (expected != null && expected.equals(row.mac()) && isSound(row)) {
            rows.put(k, row);
        } else {
            problems.add("the row " + k.kind + ' ' + k.name + " of the identity database was altered and is refused");
        }
    }

    private long knownGeneration() throws IOException {
        Path file = keys.directory().resolve(GENERATION_FILE);
        return Files.exists(file)
                ? ByteBuffer.wrap(keys.readSealed(GENERATION_FILE)).getLong()
                : 0;
    }

    private boolean isSound(GuardStore.Row row) {
        byte[] given = row.mac().getBytes(StandardCharsets.UTF_8);
        byte[] made = mac(row.kind(), row.name(), row.body()).getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(given, made);
    }

    private String mac(String kind, String name, String body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            for (String part : List.of(kind, name, body)) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                mac.update(
                        ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
                mac.update(bytes);
            }
            return HexFormat.of().formatHex(mac.doFinal());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA256 is in every JDK", e);
        }
    }
}
