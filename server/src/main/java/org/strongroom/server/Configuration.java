package org.strongroom.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.strongroom.dimse.AeTitle;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.toml.TomlMapper;

/**
 * strongroom.toml. The schema is closed: a key it does not know is an error that names the nearest one it knows.
 *
 * @param directory the archive's folder
 * @param aet the AE title of the archive
 * @param address what the DICOM listener binds
 * @param port of the DICOM listener; 0 takes a free one
 */
record Configuration(DataDirectory directory, AeTitle aet, InetAddress address, int port) {
    private static final int MOST_BYTES = 1 << 20;

    /** Every key there is, and what it must be. */
    private static final Map<String, Rule> KEYS = new TreeMap<>(Map.of(
            "directory", new Rule("text: the folder of the archive, relative to this file", Configuration::isPath),
            "keys", new Rule("text: the folder of the keys, relative to this file", Configuration::isPath),
            "dicom.aet", new Rule("text: an AE title of 1 to 16 characters", Configuration::isAeTitle),
            "dicom.address", new Rule("text: an address of this machine", JsonNode::isString),
            "dicom.port", new Rule("a number from 0 to 65535", Configuration::isPort),
            "dicom.beyond_loopback", new Rule("true or false", JsonNode::isBoolean)));

    private record Rule(String wanted, Predicate<JsonNode> test) {}

    static Configuration read(Path file) {
        JsonNode tree;
        try {
            tree = new TomlMapper().readTree(content(file));
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            String line = at == null ? "" : ", line " + at.getLineNr();
            throw new Failure(file + line + ": not TOML: " + e.getOriginalMessage());
        } catch (NoSuchFileException e) {
            throw new Failure("no such file: " + file + "; strongroom init DIR writes one");
        } catch (IOException e) {
            throw new Failure(file + ": " + Failure.describe(e));
        }
        Map<String, JsonNode> values = new TreeMap<>();
        collect("", tree, values);
        values.forEach((key, value) -> check(file, key, value));
        return interpret(file.toAbsolutePath().normalize(), values);
    }

    private static String content(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new IOException("longer than " + MOST_BYTES + " bytes: this is no configuration");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        }
    }

    private static void collect(String prefix, JsonNode table, Map<String, JsonNode> values) {
        table.properties().forEach(entry -> {
            String key = prefix + entry.getKey();
            if (entry.getValue().isObject()) {
                collect(key + ".", entry.getValue(), values);
            } else {
                values.put(key, entry.getValue());
            }
        });
    }

    private static void check(Path file, String key, JsonNode value) {
        Rule rule = KEYS.get(key);
        if (rule == null) {
            String nearest = KEYS.keySet().stream()
                    .min(Comparator.comparingInt(known -> distance(known, key)))
                    .orElseThrow();
            throw new Failure(file + ": unknown key " + key + "; the nearest known one is " + nearest);
        }
        if (!rule.test().test(value)) {
            throw new Failure(file + ": " + key + " must be " + rule.wanted());
        }
    }

    private static Configuration interpret(Path file, Map<String, JsonNode> values) {
        Path folder = Optional.ofNullable(file.getParent()).orElseThrow();
        Path root = folder.resolve(text(values, "directory", ".")).normalize();
        Path keys = folder.resolve(text(values, "keys", root.resolve("keys").toString()))
                .normalize();
        JsonNode port = values.get("dicom.port");
        JsonNode beyond = values.get("dicom.beyond_loopback");
        return new Configuration(
                new DataDirectory(root, keys),
                new AeTitle(text(values, "dicom.aet", "STRONGROOM")),
                bindable(file, text(values, "dicom.address", "127.0.0.1"), beyond != null && beyond.booleanValue()),
                port == null ? 2762 : port.intValue());
    }

    private static String text(Map<String, JsonNode> values, String key, String otherwise) {
        JsonNode value = values.get(key);
        return value == null ? otherwise : value.stringValue();
    }

    private static boolean isPath(JsonNode value) {
        return value.isString() && value.stringValue().indexOf('\0') < 0;
    }

    private static boolean isAeTitle(JsonNode value) {
        return value.isString() && AeTitle.parse(value.stringValue()).isPresent();
    }

    private static boolean isPort(JsonNode value) {
        return value.isInt() && value.intValue() >= 0 && value.intValue() <= 65535;
    }

    /** Loopback needs no word; another address of an inner network needs one; a public address is refused. */
    private static InetAddress bindable(Path file, String text, boolean beyondLoopback) {
        InetAddress address;
        List<InetAddress> reached;
        try {
            address = InetAddress.getByName(text);
            reached = address.isAnyLocalAddress() ? addressesOfThisMachine() : List.of(address);
        } catch (UnknownHostException | SocketException e) {
            throw new Failure(file + ": dicom.address is not an address: " + text);
        }
        if (address.isLoopbackAddress()) {
            return address;
        }
        if (!beyondLoopback) {
            throw new Failure(file + ": dicom.address " + text + " can be reached by other machines;"
                    + " if that is wanted, write dicom.beyond_loopback = true beside it");
        }
        Optional<InetAddress> open =
                reached.stream().filter(one -> !isInner(one)).findFirst();
        if (open.isPresent()) {
            throw new Failure(file + ": dicom.address " + text + " is public ("
                    + open.get().getHostAddress() + "); public addresses cannot be bound yet, so name an inner one");
        }
        return address;
    }

    private static List<InetAddress> addressesOfThisMachine() throws SocketException {
        List<InetAddress> all = new ArrayList<>();
        NetworkInterface.networkInterfaces().forEach(one -> one.inetAddresses().forEach(all::add));
        return all;
    }

    /** Loopback, link-local, RFC 1918, shared address space (RFC 6598) or unique local (RFC 4193). */
    static boolean isInner(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean shared = bytes.length == 4 && (bytes[0] & 0xFF) == 100 && (bytes[1] & 0xC0) == 0x40;
        boolean uniqueLocal = bytes.length == 16 && (bytes[0] & 0xFE) == 0xFC;
        return address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || shared
                || uniqueLocal;
    }

    /** Edit distance (Levenshtein) of two short keys. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
