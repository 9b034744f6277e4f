package org.strongroom.testkit.hostile;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** All hostile inputs. The same ones each time, with the same bytes: nothing in them is left to chance. */
public final class HostileInputs {
    private HostileInputs() {}

    /** Every case, of every target. */
    public static List<HostileCase> all() {
        List<HostileCase> all = new ArrayList<>();
        HostileFiles.addTo(all);
        HostileElements.addTo(all);
        HostileSequences.addTo(all);
        HostilePixels.addTo(all);
        HostileTexts.addTo(all);
        HostileModels.addTo(all);
        HostilePdus.addTo(all);
        return List.copyOf(all);
    }

    /** Those for one of these parsers. */
    public static List<HostileCase> of(Set<HostileCase.Target> targets) {
        return all().stream().filter(each -> targets.contains(each.target())).toList();
    }

    /** A sound file with the UIDs that most of the files here have too. */
    public static byte[] plainFile() {
        return HostileFiles.file(HostileFiles.EXPLICIT_UID, HostileFiles.body());
    }
}
