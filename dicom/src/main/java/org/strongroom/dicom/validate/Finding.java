package org.strongroom.dicom.validate;

import java.util.Optional;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Tag;

/**
 * One thing in an instance that is not as the standard wants it. It never holds a value of the instance, so it can be
 * logged and shown to anybody.
 *
 * @param path tags and item numbers from the outermost data set in, "(0040,A730)[2] (0008,0100)"; empty for the whole
 * @param tag the last of the path
 * @param module the module of PS3.3 annex C that asks for it; empty where none does
 * @param message what is wrong, in words
 * @param places how many elements have it: {@code path} is the first
 */
public record Finding(Rule rule, String path, Optional<Tag> tag, String module, String message, int places) {
    public Severity severity() {
        return rule.severity();
    }

    /** The attribute's keyword, PS3.6; empty where it has none. */
    public String keyword() {
        return tag.flatMap(Dictionary.standard()::attribute)
                .map(Dictionary.Entry::keyword)
                .orElse("");
    }
}
