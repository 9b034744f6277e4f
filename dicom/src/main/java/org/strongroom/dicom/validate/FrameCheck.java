package org.strongroom.dicom.validate;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.strongroom.dicom.Tag;

/** Multi-frame functional groups, PS3.3 section C.7.6.16: macros shared or in each frame, one item for each frame. */
final class FrameCheck {
    private static final Tag SHARED = new Tag(0x52009229);
    private static final Tag PER_FRAME = new Tag(0x52009230);
    private static final Tag NUMBER_OF_FRAMES = new Tag(0x00280008);

    private static final Tag ORGANIZATION = new Tag(0x00209311);

    /** Not wanted where a full grid of tiles says where each frame lies and what it shows. */
    private static final Set<String> IMPLIED_BY_TILES =
            Set.of("frame-content", "plane-position-slide", "optical-path-identification", "segmentation");

    private final Findings findings;
    private final ModuleCheck modules;

    FrameCheck(Findings findings, ModuleCheck modules) {
        this.findings = findings;
        this.modules = modules;
    }

    void check(Level root, Definitions.Iod iod) {
        List<Level> shared = root.items(SHARED);
        List<Level> frames = root.items(PER_FRAME);
        checkCount(root, frames.size());
        boolean tiles = root.text(ORGANIZATION).equals(List.of("TILED_FULL"));
        for (Definitions.Usage usage : iod.groups()) {
            Optional<Definitions.Module> macro = Definitions.standard().macro(usage.id());
            if (macro.isPresent()) {
                checkMacro(
                        root,
                        shared,
                        frames,
                        macro.get(),
                        usage.usage() == 'M' && !(tiles && IMPLIED_BY_TILES.contains(usage.id())));
            }
        }
    }

    private void checkCount(Level root, int items) {
        Optional<Long> frames = root.number(NUMBER_OF_FRAMES);
        if (root.has(PER_FRAME) && frames.isPresent() && frames.get() != items) {
            findings.add(Rule.FRAME_COUNT, root, PER_FRAME, items + " items, Number of Frames says " + frames.get());
        }
    }

    private void checkMacro(
            Level root, List<Level> shared, List<Level> frames, Definitions.Module macro, boolean mandatory) {
        Tag sequence = Definitions.standard().list(macro.list()).getFirst().tag();
        List<Level> inShared =
                shared.stream().filter(group -> group.has(sequence)).toList();
        List<Level> inFrames =
                frames.stream().filter(group -> group.has(sequence)).toList();
        if (!inShared.isEmpty() && !inFrames.isEmpty()) {
            findings.add(Rule.FRAME_GROUPS, inFrames.getFirst(), sequence, macro.name(), "both shared and in a frame");
        } else if (mandatory && inShared.isEmpty() && inFrames.isEmpty()) {
            findings.add(Rule.FRAME_GROUPS, root, sequence, macro.name(), "neither shared nor in the frames");
        } else if (!inFrames.isEmpty() && inFrames.size() < frames.size()) {
            findings.add(
                    Rule.FRAME_GROUPS,
                    root,
                    sequence,
                    macro.name(),
                    "in " + inFrames.size() + " of " + frames.size() + " frames");
        }
        inShared.forEach(group -> modules.checkMacro(group, macro));
        inFrames.forEach(group -> modules.checkMacro(group, macro));
    }
}
