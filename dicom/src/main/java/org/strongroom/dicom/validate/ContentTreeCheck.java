package org.strongroom.dicom.validate;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.strongroom.dicom.Tag;

/**
 * The content tree of structured reports, PS3.3 section C.17.3: what each value type must hold, which value types an IOD
 * has, which relationships there are.
 */
final class ContentTreeCheck {
    private static final Tag CONTENT = new Tag(0x0040A730);
    private static final Tag VALUE_TYPE = new Tag(0x0040A040);
    private static final Tag CONCEPT_NAME = new Tag(0x0040A043);
    private static final Tag RELATIONSHIP = new Tag(0x0040A010);
    private static final Tag BY_REFERENCE = new Tag(0x0040DB73);
    private static final Tag REFERENCED_SOP = new Tag(0x00081199);
    private static final Tag GRAPHIC_DATA = new Tag(0x00700022);
    private static final Tag GRAPHIC_TYPE = new Tag(0x00700023);

    private static final Map<String, List<Tag>> WANTED = Map.ofEntries(
            Map.entry("CONTAINER", List.of(new Tag(0x0040A050))),
            Map.entry("TEXT", List.of(CONCEPT_NAME, new Tag(0x0040A160))),
            Map.entry("CODE", List.of(CONCEPT_NAME, new Tag(0x0040A168))),
            Map.entry("NUM", List.of(CONCEPT_NAME)),
            Map.entry("DATETIME", List.of(CONCEPT_NAME, new Tag(0x0040A120))),
            Map.entry("DATE", List.of(CONCEPT_NAME, new Tag(0x0040A121))),
            Map.entry("TIME", List.of(CONCEPT_NAME, new Tag(0x0040A122))),
            Map.entry("PNAME", List.of(CONCEPT_NAME, new Tag(0x0040A123))),
            Map.entry("UIDREF", List.of(CONCEPT_NAME, new Tag(0x0040A124))),
            Map.entry("COMPOSITE", List.of(REFERENCED_SOP)),
            Map.entry("IMAGE", List.of(REFERENCED_SOP)),
            Map.entry("WAVEFORM", List.of(REFERENCED_SOP)),
            Map.entry("SCOORD", List.of(GRAPHIC_TYPE, GRAPHIC_DATA)),
            Map.entry("SCOORD3D", List.of(GRAPHIC_TYPE, GRAPHIC_DATA, new Tag(0x30060024))),
            Map.entry("TCOORD", List.of(new Tag(0x0040A130))),
            Map.entry("TABLE", List.of()));

    private static final Set<String> RELATIONSHIPS = Set.of(
            "CONTAINS",
            "HAS PROPERTIES",
            "HAS OBS CONTEXT",
            "HAS ACQ CONTEXT",
            "INFERRED FROM",
            "SELECTED FROM",
            "HAS CONCEPT MOD");

    /** Value types that an IOD does not have, PS3.3 A.35.1.3.1 and A.35.2.3.1. */
    private static final Map<String, Set<String>> NOT_IN = Map.of(
            "basic-text-sr", Set.of("NUM", "SCOORD", "SCOORD3D", "TCOORD", "TABLE"),
            "enhanced-sr", Set.of("SCOORD3D", "TABLE"));

    private final Findings findings;
    private final ModuleCheck modules;
    private final String iod;
    private final Definitions.Module contentItem =
            Definitions.standard().macro("content-item").orElseThrow();

    ContentTreeCheck(Findings findings, ModuleCheck modules, Definitions.Iod iod) {
        this.findings = findings;
        this.modules = modules;
        this.iod = iod.id();
    }

    void check(Level root) {
        if (root.has(VALUE_TYPE) && !root.text(VALUE_TYPE).equals(List.of("CONTAINER"))) {
            findings.add(Rule.CONTENT_TREE, root, VALUE_TYPE, "the root of the tree is no CONTAINER");
        }
        checkItem(root);
    }

    private void checkItem(Level item) {
        modules.checkMacro(item, contentItem);
        checkValue(item, String.join("", item.text(VALUE_TYPE)));
        for (Level child : item.items(CONTENT)) {
            checkChild(child, String.join("", item.text(VALUE_TYPE)));
        }
    }

    private void checkValue(Level item, String type) {
        if (!type.isEmpty() && !WANTED.containsKey(type)) {
            findings.add(Rule.CONTENT_TREE, item, VALUE_TYPE, "no value type of PS3.3 table C.17.3-7");
        }
        if (NOT_IN.getOrDefault(iod, Set.of()).contains(type)) {
            findings.add(Rule.CONTENT_TREE, item, VALUE_TYPE, "value type " + type + " is not for this IOD");
        }
        for (Tag tag : WANTED.getOrDefault(type, List.of())) {
            if (!item.hasValue(tag)) {
                Rule rule = item.has(tag) ? Rule.TYPE_1_EMPTY : Rule.TYPE_1_MISSING;
                findings.add(rule, item, tag, "SR Document Content", "no value, type 1 of value type " + type);
            }
        }
        if (type.equals("NUM") && !item.has(new Tag(0x0040A300))) {
            findings.add(
                    Rule.TYPE_2_MISSING,
                    item,
                    new Tag(0x0040A300),
                    "SR Document Content",
                    "missing, type 2 of value type NUM");
        }
    }

    private void checkChild(Level child, String parentType) {
        List<String> relationship = child.text(RELATIONSHIP);
        if (relationship.isEmpty()) {
            findings.add(Rule.TYPE_1_MISSING, child, RELATIONSHIP, "SR Document Content", "missing, type 1");
        } else if (!RELATIONSHIPS.contains(relationship.getFirst())) {
            findings.add(Rule.CONTENT_TREE, child, RELATIONSHIP, "no relationship of PS3.3 table C.17.3-8");
        } else if (relationship.getFirst().equals("CONTAINS") && !parentType.equals("CONTAINER")) {
            findings.add(Rule.CONTENT_TREE, child, RELATIONSHIP, "only a CONTAINER contains");
        } else if (parentType.endsWith("COORD") && !relationship.getFirst().equals("SELECTED FROM")) {
            boolean about =
                    Set.of("HAS CONCEPT MOD", "HAS PROPERTIES", "INFERRED FROM").contains(relationship.getFirst());
            if (!about) {
                findings.add(
                        Rule.CONTENT_TREE, child, RELATIONSHIP, "coordinates are selected from an image or waveform");
            }
        }
        if (child.has(BY_REFERENCE)) {
            if (iod.equals("basic-text-sr") || iod.equals("enhanced-sr")) {
                findings.add(Rule.CONTENT_TREE, child, BY_REFERENCE, "this IOD has no relationships by reference");
            }
            return;
        }
        if (!child.hasValue(VALUE_TYPE)) {
            Rule rule = child.has(VALUE_TYPE) ? Rule.TYPE_1_EMPTY : Rule.TYPE_1_MISSING;
            findings.add(rule, child, VALUE_TYPE, "SR Document Content", "no value type of a content item");
        }
        checkItem(child);
    }
}
