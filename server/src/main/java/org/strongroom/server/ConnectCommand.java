package org.strongroom.server;

import picocli.CommandLine.Command;

/** What is about connections themselves. */
@Command(
        name = "connect",
        description = "Examine connections to peers.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class ConnectCommand {}
