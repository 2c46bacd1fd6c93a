package dev.distillery.operator.progress;

import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.report.ProgressReport;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.ResourceEventAware;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Wakes recipes whose Job reported, at the pace of a {@link ProgressPacer}. One event leads to at most one status write, so
 * the pace of events bounds the writes; the last report is never dropped. Where the API server is slow, progress waits: of the
 * SDK's 50 threads most are left to recipes that have something else to do.
 */
public final class ProgressEventSource extends AbstractEventSource<ProgressReport, TrainingRecipe>
        implements ResourceEventAware<TrainingRecipe> {
    private static final int TOGETHER = 16;

    private final ProgressPacer pacer;
    private ScheduledExecutorService timer;
    private ScheduledFuture<?> armed;
    private long armedFor;

    /**
     * @param interval the least time between two events of one recipe
     * @param perSecond the most events of all recipes
     */
    public ProgressEventSource(Duration interval, int perSecond) {
        super(ProgressReport.class, "progress");
        this.pacer = new ProgressPacer(interval.toNanos(), perSecond, TOGETHER);
    }

    @Override
    public Set<ProgressReport> getSecondaryResources(TrainingRecipe primary) {
        return Set.of();
    }

    /** @param recipes owners of the Job that reported */
    public void reported(Set<ResourceID> recipes) {
        long now = System.nanoTime();
        recipes.forEach(recipe -> pacer.ask(recipe, now));
        arm();
    }

    /** Tells that a recipe was looked at, whyever; what it did about its progress is done. */
    public void looked(ResourceID recipe) {
        if (pacer.done(recipe)) {
            arm();
        }
    }

    @Override
    public void onResourceDeleted(TrainingRecipe recipe) {
        pacer.forget(ResourceID.fromResource(recipe));
        arm();
    }

    private synchronized void arm() {
        OptionalLong next = pacer.next();
        boolean waiting = armed != null && !armed.isDone();
        if (next.isEmpty() || timer == null || timer.isShutdown() || waiting && armedFor - next.getAsLong() <= 0) {
            return;
        }
        if (waiting) {
            armed.cancel(false);
        }
        armedFor = next.getAsLong();
        armed = timer.schedule(this::fire, Math.max(0, armedFor - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    private void fire() {
        pacer.due(System.nanoTime()).forEach(recipe -> getEventHandler().handleEvent(new Event(recipe)));
        synchronized (this) {
            armed = null;
        }
        arm();
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
