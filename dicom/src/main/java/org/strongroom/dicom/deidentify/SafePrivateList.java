package org.strongroom.dicom.deidentify;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.strongroom.dicom.VR;

/** Private attributes that are known to identify nobody, PS3.15 section E.3.10, with the VRs they may have. */
public final class SafePrivateList {
    private static final Set<VR> NUMBERS =
            EnumSet.of(VR.DS, VR.IS, VR.FD, VR.FL, VR.SL, VR.SS, VR.SV, VR.UL, VR.US, VR.UV);
    /** A creator, a tab or comma, group and element with xx for the block, the VR. */
    private static final Pattern LINE =
            Pattern.compile("([^\\t,\\\\]{1,64})[\\t,]\\(?([0-9A-Fa-f]{4}),?xx([0-9A-Fa-f]{2})\\)?[\\t,]([A-Z]{2})");

    private static final SafePrivateList STANDARD = ofTable(Resources.lines("safe-private.txt"));

    private record Place(String creator, int group, int element) {}

    private final Map<Place, Set<VR>> attributes;
    private final Set<Place> creators = new HashSet<>();

    private SafePrivateList(Map<Place, Set<VR>> attributes) {
        this.attributes = Map.copyOf(attributes);
        attributes.keySet().forEach(place -> creators.add(new Place(place.creator, place.group, 0)));
    }

    /** Table E.3.10-1 (2026a). */
    public static SafePrivateList standard() {
        return STANDARD;
    }

    /**
     * This list and what a person adds: a line for each attribute, {@code CREATOR<tab>gggg,xxee<tab>VR}, xx standing for
     * the creator's block; commas may stand for the tabs where the creator has none. Empty lines and those that begin
     * with # are passed over.
     *
     * @throws IllegalArgumentException when a line is of another form, or its group is even
     */
    public SafePrivateList with(List<String> lines) {
        Map<Place, Set<VR>> all = new HashMap<>(attributes);
        for (int number = 1; number <= lines.size(); number++) {
            String line = lines.get(number - 1).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches() || Integer.parseInt(matcher.group(2), 16) % 2 == 0) {
                throw new IllegalArgumentException("line " + number
                        + " is not a private attribute: creator, tab, gggg,xxee with an odd group, tab, VR");
            }
            VR vr;
            try {
                vr = VR.valueOf(matcher.group(4));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("line " + number + " names no VR of PS3.5", e);
            }
            Place place = new Place(
                    matcher.group(1).strip(),
                    Integer.parseInt(matcher.group(2), 16),
                    Integer.parseInt(matcher.group(3), 16));
            all.put(place, Set.of(vr));
        }
        return new SafePrivateList(all);
    }

    /** How many attributes are on it. */
    public int size() {
        return attributes.size();
    }

    boolean hasCreator(String creator, int group) {
        return creators.contains(new Place(creator, group, 0));
    }

    /** Whether a value of VR UN (all are in implicit VR) may be one of these: only where the list says which. */
    static boolean mayBeUnknown(Set<VR> safe) {
        return !safe.equals(NUMBERS);
    }

    /** The VRs that an attribute may have; none where it is not safe. */
    Set<VR> vrs(String creator, int group, int element) {
        return attributes.getOrDefault(new Place(creator, group, element), Set.of());
    }

    private static SafePrivateList ofTable(List<String> lines) {
        Map<Place, Set<VR>> all = new HashMap<>();
        for (String line : lines) {
            String[] fields = line.split("\t", -1);
            int group = Integer.parseInt(fields[1], 16);
            for (int i = 2; i < fields.length; i++) {
                String[] words = fields[i].split(" ", -1);
                for (int word = 1; word < words.length; word++) {
                    all.put(new Place(fields[0], group, Integer.parseInt(words[word], 16)), vrs(words[0]));
                }
            }
        }
        return new SafePrivateList(all);
    }

    private static Set<VR> vrs(String name) {
        return switch (name) {
            case "OX" -> Set.of(VR.OB, VR.OW);
            // The table leaves the VR of some rows empty: numbers are kept.
            case "ANY" -> NUMBERS;
            default -> Set.of(VR.valueOf(name));
        };
    }
}
