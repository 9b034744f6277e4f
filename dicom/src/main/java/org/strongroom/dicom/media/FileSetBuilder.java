package org.strongroom.dicom.media;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.Attribute;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/**
 * Puts a DICOMDIR together, PS3.10 section 8.6 and the general purpose profiles of PS3.11: instances one after the other,
 * in any order; records as encoded bytes, some 300 for an instance. Not safe for several threads.
 */
public final class FileSetBuilder {
    static final String NAME = "DICOMDIR";

    private static final Pattern FILE_SET_ID = Pattern.compile("[A-Z0-9_]{0,16}");
    private static final long MOST_BYTES = 0xFFFFFFFEL;

    /** A record: its elements without the offsets, and those below it. */
    static final class Node {
        final byte[] elements;
        final List<Node> children = new ArrayList<>();
        long offset;

        Node(byte[] elements) {
            this.elements = elements;
        }
    }

    private final String fileSetId;
    private final RecordMaker maker;
    private final Node root = new Node(new byte[0]);
    /** Records that stand for no file, by what they stand for and what they are below. */
    private final Map<String, Node> groups = new HashMap<>();

    private final Map<String, Node> files = new HashMap<>();
    /** File IDs by SOP Instance. */
    private final Map<Uid, String> instances = new HashMap<>();
    /** The other way round. */
    private final Map<String, Uid> sopInstances = new HashMap<>();

    private final Map<Node, Node> parents = new HashMap<>();

    /**
     * An empty file-set.
     *
     * @param fileSetId at most 16 capitals, digits and underscores; may be empty
     * @param invent whether values that a record must have and an instance lacks are made up (dates of 1900, numbers)
     * @throws IllegalArgumentException when the ID has other characters
     */
    public FileSetBuilder(String fileSetId, boolean invent) {
        if (!FILE_SET_ID.matcher(fileSetId).matches()) {
            throw new IllegalArgumentException(
                    "a File-set ID has at most 16 characters, of A to Z, 0 to 9 and underscore");
        }
        this.fileSetId = fileSetId;
        this.maker = new RecordMaker(invent);
    }

    /** One that has what the directory lists, its records as they stand; those not in use are left out. */
    public static FileSetBuilder from(DicomDirectory directory, boolean invent) {
        String id = directory.fileSetId().orElse("");
        FileSetBuilder builder = new FileSetBuilder(FILE_SET_ID.matcher(id).matches() ? id : "", invent);
        DataSet characterSet =
                DataSet.empty().withElementOf(directory.elements(), Attributes.SpecificCharacterSet.tag());
        for (DirectoryRecord record : directory.roots()) {
            builder.keep(record, characterSet, builder.root, "");
        }
        return builder;
    }

    /** Recursion no deeper than {@link RecordTree} lets records be. */
    private void keep(DirectoryRecord record, DataSet characterSet, Node parent, String path) {
        DataSet own = record.keys();
        if (!DirectoryRecord.isInUse(own)) {
            return;
        }
        Tag terms = Attributes.SpecificCharacterSet.tag();
        DataSet keys = (own.contains(terms) ? own : own.withElementOf(characterSet, terms))
                .without(Attributes.OffsetOfTheNextDirectoryRecord)
                .without(Attributes.RecordInUseFlag)
                .without(Attributes.OffsetOfReferencedLowerLevelDirectoryEntity);
        Node node = under(parent, new Node(keys.toBytes(TransferSyntax.ExplicitVRLittleEndian)));
        String below = path;
        if (record.fileId().isEmpty()) {
            below = RecordType.of(record.type())
                    .map(type -> key(path, type, record.keys()))
                    .orElse(path + "?");
            groups.putIfAbsent(below, node);
        } else {
            String id = String.join("\\", record.fileId());
            files.put(id, node);
            Optional<Uid> instance = record.sopInstance();
            if (instance.isPresent() && instances.putIfAbsent(instance.get(), id) == null) {
                sopInstances.put(id, instance.get());
            }
        }
        for (DirectoryRecord child : record.children()) {
            keep(child, characterSet, node, below);
        }
    }

    /** Records that stand for files. */
    public int size() {
        return files.size();
    }

    /**
     * Adds an instance, or puts it in place of what had its file ID.
     *
     * @param fileId see {@link MediaFolder#isStandard}
     * @param syntax that of the file
     * @param instance its data set; what stands before its pixel data is enough
     * @return the type of its record
     * @throws FileSetException when it has no SOP Class, lacks a value that its records must have, or the ID is none
     */
    public RecordType add(List<String> fileId, TransferSyntax syntax, DataSet instance) throws FileSetException {
        if (!MediaFolder.isStandard(fileId)) {
            throw new FileSetException("a file ID is at most eight names of at most eight of A to Z, 0 to 9 and"
                    + " underscore (PS3.10 section 8.5)");
        }
        Uid sopClass = required(instance, Attributes.SOPClassUID);
        Uid sopInstance = required(instance, Attributes.SOPInstanceUID);
        String id = String.join("\\", fileId);
        String other = instances.getOrDefault(sopInstance, id);
        if (!other.equals(id)) {
            throw new FileSetException("the same SOP Instance as " + other.replace('\\', '/'));
        }
        RecordType type = RecordTypes.of(sopClass);
        RecordMaker.File file = new RecordMaker.File(fileId, sopClass, sopInstance, syntax.uid());
        byte[] own = maker.make(type, instance, Optional.of(file));
        Node parent = type.isAtRoot() ? root : series(instance);
        Node before = files.put(id, under(parent, new Node(own)));
        forgetInstance(id);
        instances.put(sopInstance, id);
        sopInstances.put(id, sopInstance);
        if (before != null) {
            drop(before);
        }
        return type;
    }

    private static Uid required(DataSet instance, Attribute<Uid> attribute) throws FileSetException {
        return instance.get(attribute)
                .orElseThrow(() -> new FileSetException("no " + attribute.keyword() + " " + attribute.tag()));
    }

    /** Those above it: made before any is put in, so that an instance that is refused leaves none behind. */
    private Node series(DataSet instance) throws FileSetException {
        List<RecordType> types = List.of(RecordType.PATIENT, RecordType.STUDY, RecordType.SERIES);
        List<String> keys = new ArrayList<>();
        List<@Nullable Node> nodes = new ArrayList<>();
        String path = "";
        for (RecordType type : types) {
            path = key(path, type, instance);
            keys.add(path);
            Node there = groups.get(path);
            nodes.add(there != null ? there : new Node(maker.make(type, instance, Optional.empty())));
        }
        Node at = root;
        for (int i = 0; i < types.size(); i++) {
            Node node = nodes.get(i);
            if (groups.putIfAbsent(keys.get(i), Objects.requireNonNull(node)) == null) {
                under(at, node);
            }
            at = node;
        }
        return at;
    }

    /** Patients of one ID and different names are two: which is right is not for a DICOMDIR to say. */
    private static String key(String path, RecordType type, DataSet keys) {
        String own = switch (type) {
            case PATIENT -> text(keys, 0x00100020) + "\n" + name(keys);
            case STUDY -> text(keys, 0x0020000D);
            case SERIES -> text(keys, 0x0020000E);
            default -> "";
        };
        return path + type + "\n" + own + "\n";
    }

    private static String name(DataSet keys) {
        return text(keys, 0x00100010).toUpperCase(Locale.ROOT).replaceFirst("[\\^= ]+$", "");
    }

    private static String text(DataSet keys, int tag) {
        return String.join("\\", keys.text(new Tag(tag))).strip();
    }

    private Node under(Node parent, Node node) {
        parent.children.add(node);
        parents.put(node, parent);
        return node;
    }

    /** Takes an instance out, and what is above it and now empty; does nothing where it is not listed. */
    public void remove(List<String> fileId) {
        String id = String.join("\\", fileId);
        forgetInstance(id);
        Node node = files.remove(id);
        if (node != null) {
            drop(node);
        }
    }

    private void forgetInstance(String id) {
        Uid instance = sopInstances.remove(id);
        if (instance != null) {
            instances.remove(instance);
        }
    }

    private void drop(Node first) {
        Node node = first;
        while (node != root && node.children.isEmpty()) {
            Node parent = Objects.requireNonNull(parents.remove(node));
            parent.children.remove(node);
            groups.values().remove(node);
            node = parent;
        }
    }

    /**
     * Writes the DICOMDIR into the file-set's folder: whole under another name and synced, then in place of the one there.
     *
     * @throws IOException when it cannot be written, or is longer than its offsets can say (4 GiB)
     */
    public void writeTo(Path folder) throws IOException {
        Path temporary = Files.createTempFile(folder, ".DICOMDIR", ".new");
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
                writeTo(out);
                out.flush();
                channel.force(true);
            }
            Files.move(
                    temporary,
                    folder.resolve(NAME),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Writes the file, preamble and all. */
    public void writeTo(OutputStream out) throws IOException {
        new DirectoryWriter(fileSetId, root).writeTo(out, MOST_BYTES);
    }
}
