package dev.distillery.operator.metrics;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.api.reconciler.RetryInfo;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Watches that reconciliations move on; each recipe is its own canary. Something is stuck when one reconciliation takes
 * longer than {@link #LIMIT}, or when some wait and none has ended for as long.
 */
public final class ReconcileWatch implements Metrics {
    /** The client gives up a request after minutes, with its retries; so does no reconciliation that works. */
    static final Duration LIMIT = Duration.ofMinutes(5);

    private final Clock clock;
    private final Map<ResourceID, Instant> waiting = new ConcurrentHashMap<>();
    private final Map<ResourceID, Instant> running = new ConcurrentHashMap<>();
    private volatile Instant lastEnd;

    public ReconcileWatch(Clock clock) {
        this.clock = clock;
        this.lastEnd = clock.instant();
    }

    @Override
    public void reconciliationSubmitted(HasMetadata resource, RetryInfo retry, Map<String, Object> metadata) {
        waiting.putIfAbsent(ResourceID.fromResource(resource), clock.instant());
    }

    @Override
    public void reconciliationStarted(HasMetadata resource, Map<String, Object> metadata) {
        ResourceID id = ResourceID.fromResource(resource);
        waiting.remove(id);
        running.put(id, clock.instant());
    }

    @Override
    public void reconciliationFinished(HasMetadata resource, RetryInfo retry, Map<String, Object> metadata) {
        running.remove(ResourceID.fromResource(resource));
        lastEnd = clock.instant();
    }

    @Override
    public void cleanupDone(ResourceID id, Map<String, Object> metadata) {
        waiting.remove(id);
        running.remove(id);
    }

    /** @return what is stuck and since when; empty if all goes well */
    public Optional<String> stuck() {
        Instant limit = clock.instant().minus(LIMIT);
        Optional<String> one = oldest(running)
                .filter(entry -> entry.getValue().isBefore(limit))
                .map(entry -> "the reconciliation of " + entry.getKey() + " has run since " + entry.getValue());
        return one.or(() -> oldest(waiting)
                .filter(entry -> entry.getValue().isBefore(limit) && lastEnd.isBefore(limit))
                .map(entry -> entry.getKey() + " has waited for its reconciliation since " + entry.getValue()));
    }

    private static Optional<Map.Entry<ResourceID, Instant>> oldest(Map<ResourceID, Instant> since) {
        return since.entrySet().stream().min(Map.Entry.comparingByValue());
    }
}
