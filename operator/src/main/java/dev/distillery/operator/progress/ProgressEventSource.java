package dev.distillery.operator.progress;

import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.report.ProgressReport;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Wakes recipes whose Job reported. Reports that follow one another quickly become one event, at most one in each
 * interval; the last one is never dropped.
 */
public final class ProgressEventSource extends AbstractEventSource<ProgressReport, TrainingRecipe> {
    private final Duration interval;
    private final Map<ResourceID, ScheduledFuture<?>> waiting = new ConcurrentHashMap<>();
    private ScheduledExecutorService timer;

    public ProgressEventSource(Duration interval) {
        super(ProgressReport.class, "progress");
        this.interval = interval;
    }

    @Override
    public Set<ProgressReport> getSecondaryResources(TrainingRecipe primary) {
        return Set.of();
    }

    /** @param recipes owners of the Job that reported */
    public void reported(Set<ResourceID> recipes) {
        for (ResourceID recipe : recipes) {
            waiting.computeIfAbsent(
                    recipe, r -> timer.schedule(() -> wake(r), interval.toMillis(), TimeUnit.MILLISECONDS));
        }
    }

    private void wake(ResourceID recipe) {
        waiting.remove(recipe);
        getEventHandler().handleEvent(new Event(recipe));
    }

    @Override
    public void start() {
        timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "progress-events");
            thread.setDaemon(true);
            return thread;
        });
        super.start();
    }

    @Override
    public void stop() {
        timer.shutdownNow();
        super.stop();
    }
}
