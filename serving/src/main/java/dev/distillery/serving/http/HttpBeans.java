package dev.distillery.serving.http;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;

/** What the routes share. */
final class HttpBeans {
    /** Four of the largest requests; JSON grows no further, since its numbers become the tensor at once. */
    private static final long BODIES = 128 << 20;
    /** The largest body at 4 Mbit/s. */
    private static final Duration BODY_LIMIT = Duration.ofMinutes(1);

    @Produces
    @Singleton
    BodyBudget budget(MeterRegistry metrics) {
        BodyBudget budget = new BodyBudget(BODIES, BODY_LIMIT);
        Gauge.builder("distillery.bodies", budget, BodyBudget::taken)
                .baseUnit("bytes")
                .description("Bytes of requests in work")
                .register(metrics);
        return budget;
    }
}
