package org.strongroom.server;

import java.util.List;
import java.util.Optional;
import org.strongroom.dicom.SpecificCharacterSet;

/** What {@code --charset} says: the values of (0008,0005) with backslashes between them. */
final class AssumedCharacterSet {
    private AssumedCharacterSet() {}

    /** @throws Failure when a value is none of PS3.3 C.12.1.1.2 */
    static Optional<SpecificCharacterSet> of(Optional<String> option) {
        Optional<SpecificCharacterSet> set =
                option.map(terms -> SpecificCharacterSet.of(List.of(terms.split("\\\\", -1))));
        if (set.isPresent()
                && (set.get().terms().isEmpty()
                        || !set.get().unknownTerms().isEmpty()
                        || !set.get().irregularTerms().isEmpty())) {
            throw Failure.misuse("--charset " + option.orElse("") + " does not stand so in PS3.3 section C.12.1.1.2, as"
                    + " \"ISO_IR 100\" and \"\\ISO 2022 IR 87\" do");
        }
        return set;
    }
}
