package org.strongroom.dicom.validate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.strongroom.dicom.Tag;

/**
 * The modules of an IOD, PS3.3 annex A: which are in use, and whether each has the attributes it wants, PS3.5 section
 * 7.4. A conditional or user optional module is in use where its condition holds or where an attribute stands that no
 * other module of the IOD has.
 */
final class ModuleCheck {
    /** The strongest that is missing at a place: modules overlap, and one finding for an attribute is enough. */
    private record Missing(Rule rule, Level level, Tag tag, String module, String message) {}

    private static final int MOST_MISSING = 10_000;

    private final Findings findings;
    private final TermCheck terms;
    private final Definitions definitions = Definitions.standard();
    private final Conditions conditions = Conditions.standard();
    private final Map<String, Missing> missing = new LinkedHashMap<>();
    private Set<String> used = Set.of();

    ModuleCheck(Findings findings) {
        this.findings = findings;
        this.terms = new TermCheck(findings);
    }

    /** Returns the ids of the modules in use. */
    Set<String> check(Level root, Definitions.Iod iod) {
        used = inUse(root, iod);
        for (Definitions.Usage usage : iod.modules()) {
            Optional<Definitions.Module> module = definitions.module(usage.id());
            if (module.isPresent() && used.contains(usage.id())) {
                checkList(root, module.get().list(), module.get());
                for (Definitions.Wanted wanted : definitions.list(module.get().list())) {
                    tags(root, wanted).forEach(tag -> terms.check(root, tag, usage.id()));
                }
            }
        }
        flush();
        checkExtended(root, iod);
        return used;
    }

    /** Checks the attributes of a functional group macro at this level, with what its sequence holds. */
    void checkMacro(Level group, Definitions.Module macro) {
        checkList(group, macro.list(), macro);
        flush();
    }

    private Set<String> inUse(Level root, Definitions.Iod iod) {
        Set<String> inUse = new HashSet<>();
        for (Definitions.Usage usage : iod.modules()) {
            if (usage.usage() == 'M') {
                inUse.add(usage.id());
            }
        }
        for (Definitions.Usage usage : iod.modules()) {
            if (usage.usage() != 'M') {
                boolean must = usage.usage() == 'C'
                        && conditions.mustUse(iod.id(), usage.id(), root, inUse).orElse(false);
                if (must || showsItself(root, iod, usage.id())) {
                    inUse.add(usage.id());
                }
            }
        }
        return Set.copyOf(inUse);
    }

    private boolean showsItself(Level root, Definitions.Iod iod, String id) {
        Set<Tag> others = new HashSet<>();
        for (Definitions.Usage usage : iod.modules()) {
            if (!usage.id().equals(id)) {
                topTags(usage.id()).forEach(wanted -> others.add(wanted.tag()));
            }
        }
        return topTags(id).stream()
                .filter(wanted -> !others.contains(wanted.tag()))
                .anyMatch(wanted -> tags(root, wanted).stream().anyMatch(root::has));
    }

    private List<Definitions.Wanted> topTags(String module) {
        return definitions
                .module(module)
                .map(found -> definitions.list(found.list()))
                .orElse(List.of());
    }

    /** The tag; of one in a repeating group, that in each group of which the data set has anything. */
    private static List<Tag> tags(Level level, Definitions.Wanted wanted) {
        if (!wanted.repeating()) {
            return List.of(wanted.tag());
        }
        List<Tag> tags = new ArrayList<>();
        int last = -1;
        for (Tag tag : level.elements().tags()) {
            if ((tag.group() & 0xFFE1) == 0x6000 && tag.group() != last) {
                last = tag.group();
                tags.add(Tag.of(last, wanted.tag().element()));
            }
        }
        return tags;
    }

    private void checkList(Level level, int list, Definitions.Module module) {
        for (Definitions.Wanted wanted : definitions.list(list)) {
            for (Tag tag : tags(level, wanted)) {
                checkWanted(level, tag, wanted, module);
                if (wanted.list() >= 0 && level.has(tag)) {
                    level.items(tag).forEach(item -> checkList(item, wanted.list(), module));
                }
            }
        }
    }

    private void checkWanted(Level level, Tag tag, Definitions.Wanted wanted, Definitions.Module module) {
        boolean present = level.has(tag);
        switch (wanted.type()) {
            case "1" -> {
                if (!present) {
                    miss(Rule.TYPE_1_MISSING, level, tag, module, "missing, type 1");
                } else if (!level.hasValue(tag)) {
                    miss(Rule.TYPE_1_EMPTY, level, tag, module, "has no value, type 1");
                }
            }
            case "2" -> {
                if (!present) {
                    miss(Rule.TYPE_2_MISSING, level, tag, module, "missing, type 2");
                }
            }
            case "1C", "2C" -> checkConditional(level, tag, wanted.type().equals("1C"), module);
            default -> {}
        }
    }

    private void checkConditional(Level level, Tag tag, boolean one, Definitions.Module module) {
        boolean present = level.has(tag);
        if (present && one && !level.hasValue(tag)) {
            miss(Rule.TYPE_1C_EMPTY, level, tag, module, "has no value, type 1C");
        }
        Optional<Conditions.Rule> rule = conditions.of(module.id(), tag);
        if (rule.isEmpty()) {
            return;
        }
        boolean holds = rule.get().condition().holds(level, used);
        if (holds && !present) {
            Rule which = one ? Rule.TYPE_1C_MISSING : Rule.TYPE_2C_MISSING;
            miss(which, level, tag, module, one ? "missing, type 1C" : "missing, type 2C");
        } else if (!holds && present && rule.get().otherwiseNever()) {
            miss(Rule.CONDITION_FORBIDS, level, tag, module, "present, its condition does not hold");
        }
    }

    private void miss(Rule rule, Level level, Tag tag, Definitions.Module module, String message) {
        String place = level.path(tag, true);
        Missing known = missing.get(place);
        boolean stronger = known == null || rule.compareTo(known.rule) < 0;
        if (stronger && (known != null || missing.size() < MOST_MISSING)) {
            missing.put(place, new Missing(rule, level, tag, module.name(), message));
        }
    }

    private void flush() {
        missing.values().forEach(one -> findings.add(one.rule, one.level, one.tag, one.module, one.message));
        missing.clear();
    }

    /** What no module of the IOD has; not said where a module's attributes are not known. */
    private void checkExtended(Level root, Definitions.Iod iod) {
        Set<Tag> known = new HashSet<>();
        boolean overlays = false;
        for (Definitions.Usage usage : iod.modules()) {
            if (definitions.module(usage.id()).map(Definitions.Module::list).orElse(-1) < 0) {
                return;
            }
            for (Definitions.Wanted wanted : topTags(usage.id())) {
                known.add(wanted.tag());
                overlays |= wanted.repeating();
            }
        }
        for (Tag tag : root.elements().tags()) {
            boolean counted = !tag.isPrivate() && tag.element() != 0 && tag.group() < 0xFFFC;
            boolean overlay = overlays && (tag.group() & 0xFFE1) == 0x6000;
            if (counted && !overlay && !known.contains(tag)) {
                findings.add(Rule.NOT_IN_IOD, root, tag, "not an attribute of " + iod.name());
            }
        }
    }
}
