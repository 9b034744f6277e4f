package org.strongroom.dimse;

import java.util.List;
import java.util.Optional;

/** Command sets of C-STORE as its user sends and reads them, PS3.7 section 9.3.1, and statuses of any response. */
final class StoreMessages {
    private StoreMessages() {}

    /** @param originator AE title of who invoked the C-MOVE this belongs to, with its message ID */
    static CommandSet request(int messageId, Instance instance, Optional<AeTitle> originator, int originatorMessageId) {
        CommandSet.Builder command = CommandSet.command(CommandField.C_STORE_RQ)
                .uid(CommandSet.AFFECTED_SOP_CLASS, instance.sopClass())
                .number(CommandSet.MESSAGE_ID, messageId)
                .number(CommandSet.PRIORITY, 0)
                .uid(CommandSet.AFFECTED_SOP_INSTANCE, instance.sopInstance())
                .withDataSet();
        originator.ifPresent(title -> command.text(CommandSet.MOVE_ORIGINATOR, title.value())
                .number(CommandSet.MOVE_ORIGINATOR_MESSAGE_ID, originatorMessageId));
        return command.build();
    }

    /** The status a response carries; sub-operation counts where it has any. */
    static Status status(CommandSet response) {
        Optional<SubOperations> counts = response.number(CommandSet.COMPLETED, -1) < 0
                        && response.number(CommandSet.FAILED, -1) < 0
                        && response.number(CommandSet.REMAINING, -1) < 0
                ? Optional.empty()
                : Optional.of(new SubOperations(
                        response.number(CommandSet.REMAINING, 0),
                        response.number(CommandSet.COMPLETED, 0),
                        response.number(CommandSet.FAILED, 0),
                        response.number(CommandSet.WARNING, 0)));
        return new Status(
                response.required(CommandSet.STATUS),
                response.text(CommandSet.ERROR_COMMENT),
                response.tags(CommandSet.OFFENDING_ELEMENT),
                counts,
                List.of());
    }
}
