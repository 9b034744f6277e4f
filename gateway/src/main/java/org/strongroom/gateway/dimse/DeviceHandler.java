package org.strongroom.gateway.dimse;

import java.io.IOException;
import java.util.Optional;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.DimseHandler;
import org.strongroom.dimse.DimseRequest;
import org.strongroom.dimse.Responses;
import org.strongroom.dimse.Status;
import org.strongroom.gateway.InformationModel;
import org.strongroom.guard.Identity;

/** What one association's requests become. */
final class DeviceHandler implements DimseHandler {
    private final Identity.Device who;
    private final StoreService store;
    private final FindService find;
    private final GetService get;
    private final MoveService move;

    DeviceHandler(Identity.Device who, StoreService store, FindService find, GetService get, MoveService move) {
        this.who = who;
        this.store = store;
        this.find = find;
        this.get = get;
        this.move = move;
    }

    @Override
    public Status handle(DimseRequest request, Responses responses) throws IOException {
        return switch (request) {
            case DimseRequest.CEcho() -> Status.SUCCESS;
            case DimseRequest.CStore c -> store.store(c);
            case DimseRequest.CFind c -> {
                Optional<InformationModel> model = model(c.sopClass());
                yield model.isEmpty() ? Status.SOP_CLASS_NOT_SUPPORTED : find.find(c, model.get(), who, responses);
            }
            case DimseRequest.CGet c -> {
                Optional<InformationModel> model = model(c.sopClass());
                yield model.isEmpty() ? Status.SOP_CLASS_NOT_SUPPORTED : get.get(c, model.get(), who, responses);
            }
            case DimseRequest.CMove c -> {
                Optional<InformationModel> model = model(c.sopClass());
                yield model.isEmpty() ? Status.SOP_CLASS_NOT_SUPPORTED : move.move(c, model.get(), who, responses);
            }
        };
    }

    @Override
    public boolean storesOverlap() {
        return true;
    }

    private static Optional<InformationModel> model(Uid sopClass) {
        return Services.of(sopClass).flatMap(Services.Offer::model);
    }

    @Override
    public void close() {
        store.settle();
    }
}
