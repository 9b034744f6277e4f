package org.strongroom.dicom.validate;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;

/** The description of the pixels against itself, the transfer syntax and the pixel data, PS3.3 C.7.6.3, PS3.5 8. */
final class PixelCheck {
    private static final Tag SAMPLES = new Tag(0x00280002);
    private static final Tag PHOTOMETRIC = new Tag(0x00280004);
    private static final Tag FRAMES = new Tag(0x00280008);
    private static final Tag ROWS = new Tag(0x00280010);
    private static final Tag COLUMNS = new Tag(0x00280011);
    private static final Tag ALLOCATED = new Tag(0x00280100);
    private static final Tag STORED = new Tag(0x00280101);
    private static final Tag HIGH_BIT = new Tag(0x00280102);
    private static final Tag CENTER = new Tag(0x00281050);
    private static final Tag WIDTH = new Tag(0x00281051);
    private static final Tag SLOPE = new Tag(0x00281053);
    private static final Tag LOSSY = new Tag(0x00282110);
    private static final Tag PIXEL_DATA = new Tag(0x7FE00010);
    private static final Tag FLOAT_PIXEL_DATA = new Tag(0x7FE00008);
    private static final Tag DOUBLE_PIXEL_DATA = new Tag(0x7FE00009);
    private static final List<Tag> PALETTES = List.of(new Tag(0x00281101), new Tag(0x00281102), new Tag(0x00281103));

    private static final Map<String, Long> SAMPLES_OF = Map.ofEntries(
            Map.entry("MONOCHROME1", 1L),
            Map.entry("MONOCHROME2", 1L),
            Map.entry("PALETTE COLOR", 1L),
            Map.entry("RGB", 3L),
            Map.entry("HSV", 3L),
            Map.entry("YBR_FULL", 3L),
            Map.entry("YBR_FULL_422", 3L),
            Map.entry("YBR_PARTIAL_422", 3L),
            Map.entry("YBR_PARTIAL_420", 3L),
            Map.entry("YBR_ICT", 3L),
            Map.entry("YBR_RCT", 3L),
            Map.entry("XYB", 3L),
            Map.entry("ARGB", 4L),
            Map.entry("CMYK", 4L));

    /** Syntaxes whose frames are lossy by definition, PS3.5 annex A.4: JPEG processes 1, 2 and 4, MPEG, H.264, H.265. */
    private static final Set<String> LOSSY_SYNTAXES =
            Set.of("50", "51", "100", "101", "102", "103", "104", "105", "106");

    private static final String JPEG_ROOT = "1.2.840.10008.1.2.4.";

    private final Findings findings;

    PixelCheck(Findings findings) {
        this.findings = findings;
    }

    void check(Level root, TransferSyntax syntax) {
        checkBits(root);
        checkPhotometric(root);
        checkWindow(root);
        String uid = syntax.uid().value();
        boolean lossy = uid.startsWith(JPEG_ROOT) && LOSSY_SYNTAXES.contains(uid.substring(JPEG_ROOT.length()));
        if (lossy && root.has(PIXEL_DATA) && !root.text(LOSSY).equals(List.of("01"))) {
            findings.add(Rule.LOSSY_UNDECLARED, root, LOSSY, "the transfer syntax is lossy and this is not 01");
        }
        if (root.has(PIXEL_DATA)) {
            checkData(root, syntax);
        }
        for (Tag tag : List.of(FLOAT_PIXEL_DATA, DOUBLE_PIXEL_DATA)) {
            if (root.has(tag) && root.has(PIXEL_DATA)) {
                findings.add(Rule.PIXEL_DESCRIPTION, root, tag, "together with Pixel Data (7FE0,0010)");
            }
        }
    }

    private void checkBits(Level root) {
        Optional<Long> allocated = root.number(ALLOCATED);
        Optional<Long> stored = root.number(STORED);
        Optional<Long> highBit = root.number(HIGH_BIT);
        if (allocated.isPresent() && allocated.get() != 1 && (allocated.get() % 8 != 0 || allocated.get() == 0)) {
            findings.add(Rule.PIXEL_DESCRIPTION, root, ALLOCATED, "neither 1 nor a multiple of 8");
        }
        if (allocated.isPresent() && stored.isPresent() && (stored.get() > allocated.get() || stored.get() == 0)) {
            findings.add(Rule.PIXEL_DESCRIPTION, root, STORED, "more than Bits Allocated, or none");
        }
        if (stored.isPresent() && highBit.isPresent() && highBit.get() != stored.get() - 1) {
            findings.add(Rule.PIXEL_DESCRIPTION, root, HIGH_BIT, "not one less than Bits Stored");
        }
        for (Tag palette : PALETTES) {
            int values = root.text(palette).size();
            if (values != 0 && values != 3) {
                findings.add(Rule.PIXEL_DESCRIPTION, root, palette, "a descriptor has 3 values");
            }
        }
    }

    private void checkPhotometric(Level root) {
        List<String> photometric = root.text(PHOTOMETRIC);
        Long wanted = photometric.isEmpty() ? null : SAMPLES_OF.get(photometric.getFirst());
        Optional<Long> samples = root.number(SAMPLES);
        if (wanted != null && samples.isPresent() && !samples.get().equals(wanted)) {
            findings.add(
                    Rule.PIXEL_DESCRIPTION, root, SAMPLES, "the Photometric Interpretation has " + wanted + " samples");
        }
    }

    private void checkWindow(Level root) {
        int centers = root.text(CENTER).size();
        List<String> widths = root.text(WIDTH);
        if (centers != widths.size() && centers > 0 && !widths.isEmpty()) {
            findings.add(Rule.PIXEL_DESCRIPTION, root, WIDTH, "not as many values as Window Center");
        }
        if (widths.stream().anyMatch(width -> width.matches("-.*|\\+?0*\\.?0*"))) {
            findings.add(Rule.PIXEL_DESCRIPTION, root, WIDTH, "a window that is not wider than 0");
        }
        if (root.text(SLOPE).stream().anyMatch(slope -> slope.matches("[+-]?0*\\.?0*"))) {
            findings.add(Rule.PIXEL_DESCRIPTION, root, SLOPE, "a slope of 0");
        }
    }

    private void checkData(Level root, TransferSyntax syntax) {
        Bulk bulk = bulk(root);
        boolean encapsulated = bulk.fragments() >= 0;
        if (encapsulated != syntax.encapsulated()) {
            findings.add(
                    Rule.PIXEL_ENCAPSULATION,
                    root,
                    PIXEL_DATA,
                    encapsulated
                            ? "encapsulated in a native transfer syntax"
                            : "native in an encapsulated transfer syntax");
        }
        if (encapsulated) {
            checkFragments(root, bulk, syntax);
        } else {
            checkLength(root, bulk);
        }
        boolean wide = root.number(ALLOCATED).orElse(0L) > 8;
        if (bulk.letters().equals(encapsulated ? "OW" : "OB") && (encapsulated || wide)) {
            findings.add(
                    Rule.VR_CONTEXT,
                    root,
                    PIXEL_DATA,
                    encapsulated ? "VR OW, encapsulated pixel data is OB" : "VR OB, more than 8 bits allocated are OW");
        }
    }

    private static Bulk bulk(Level root) {
        Bulk unread = root.bulk();
        if (unread != null && unread.tag().equals(PIXEL_DATA)) {
            return unread;
        }
        String letters = root.elements().places().stream()
                .filter(place -> place.tag().equals(PIXEL_DATA))
                .map(DataSet.Place::letters)
                .findFirst()
                .orElse("");
        long fragments = root.elements().element(PIXEL_DATA).orElse(null) instanceof Element.Fragments encapsulated
                ? encapsulated.fragments().size()
                : -1;
        return new Bulk(PIXEL_DATA, letters, root.elements().valueLength(PIXEL_DATA), fragments);
    }

    private void checkFragments(Level root, Bulk bulk, TransferSyntax syntax) {
        long frames = root.number(FRAMES).orElse(1L);
        String uid = syntax.uid().value();
        // Video and, in one fragment, whole streams: PS3.5 A.4.5 and after.
        boolean video = uid.startsWith(JPEG_ROOT + "10");
        if (!video && frames >= 1 && bulk.fragments() - 1 < frames) {
            findings.add(
                    Rule.PIXEL_FRAGMENTS,
                    root,
                    PIXEL_DATA,
                    Math.max(0, bulk.fragments() - 1) + " fragments for " + frames + " frames");
        }
    }

    private void checkLength(Level root, Bulk bulk) {
        Optional<Long> rows = root.number(ROWS);
        Optional<Long> columns = root.number(COLUMNS);
        Optional<Long> samples = root.number(SAMPLES);
        Optional<Long> allocated = root.number(ALLOCATED);
        long frames = root.number(FRAMES).orElse(1L);
        boolean known = rows.isPresent() && columns.isPresent() && samples.isPresent() && allocated.isPresent();
        if (!known || bulk.length() < 0 || frames < 1 || frames > Integer.MAX_VALUE) {
            return;
        }
        String photometric = String.join("", root.text(PHOTOMETRIC));
        long perPixel = photometric.endsWith("_422") && samples.get() == 3 ? 2 : samples.get();
        double bits = (double) rows.get() * columns.get() * perPixel * allocated.get() * frames;
        double bytes = Math.ceil(bits / 8);
        double wanted = bytes + bytes % 2;
        if (bulk.length() != wanted && bulk.length() != bytes) {
            findings.add(
                    Rule.PIXEL_LENGTH,
                    root,
                    PIXEL_DATA,
                    bulk.length() + " bytes, its description says " + (long) wanted);
        }
    }
}
