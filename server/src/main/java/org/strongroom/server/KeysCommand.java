package org.strongroom.server;

import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Mixin;

/** A command that asks for patients' data by keys, for a purpose. */
abstract class KeysCommand extends PeerCommand {
    @Mixin
    final Keys keys = new Keys();

    @Mixin
    final Why why = new Why();

    KeysCommand(Invocation invocation) {
        super(invocation);
    }

    @Override
    final Optional<Why> why() {
        return Optional.of(why);
    }

    @Override
    String asked() {
        return " --level " + keys.level().name().toLowerCase(Locale.ROOT) + keys.recorded();
    }
}
