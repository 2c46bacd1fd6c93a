package dev.distillery.serving;

import dev.distillery.serving.batch.Batcher;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** What the routes are made of. */
final class ServingBeans {
    @Produces
    @Singleton
    ServedModel model() {
        return Serve.model();
    }

    @Produces
    @Singleton
    Batcher batcher(ServedModel model, MeterRegistry metrics) {
        Batcher batcher = new Batcher(model.onnx(), metrics);
        batcher.start();
        return batcher;
    }

    /** The server has stopped by then: nothing new comes, and what was accepted is answered. */
    void stop(@Observes ShutdownEvent event, Batcher batcher, ServedModel model) {
        batcher.close();
        model.onnx().close();
    }
}
