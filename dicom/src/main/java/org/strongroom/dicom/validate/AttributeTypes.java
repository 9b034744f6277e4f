package org.strongroom.dicom.validate;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;

/** Of which type the attributes of an IOD are (PS3.5 section 7.4), over all its modules, those of its items not included. */
public final class AttributeTypes {
    private static final ConcurrentHashMap<String, AttributeTypes> KNOWN = new ConcurrentHashMap<>();

    private final Set<Tag> emptiable = new HashSet<>();

    private AttributeTypes(Definitions.Iod iod) {
        Definitions definitions = Definitions.standard();
        for (Definitions.Usage usage : iod.modules()) {
            definitions.module(usage.id()).map(Definitions.Module::list).map(definitions::list).stream()
                    .flatMap(List::stream)
                    .filter(wanted -> wanted.type().startsWith("2"))
                    .forEach(wanted -> emptiable.add(wanted.tag()));
        }
    }

    /** The types in instances of a SOP class; empty when the tables don't have it. */
    public static Optional<AttributeTypes> of(Uid sopClass) {
        // Bounded by the IODs there are.
        return Definitions.standard()
                .iod(sopClass)
                .map(iod -> KNOWN.computeIfAbsent(iod.id(), _ -> new AttributeTypes(iod)));
    }

    /** Whether the attribute is of type 2 or 2C in one of the modules: there it stands even when it has no value. */
    public boolean mayBeRequiredEmpty(Tag tag) {
        return emptiable.contains(tag);
    }
}
