package dev.distillery.operator;

import dev.distillery.operator.stage.StagePlan;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The Jobs that were made just now. Of one that goes right away its controller may still make a pod, which nobody sees yet:
 * until that is to be seen, the Job is not made again, and in its place none of another run is. A wait is as long as it is,
 * however the clock is set meanwhile.
 */
final class RecentJobs {
    private record Made(StagePlan plan, long at) {}

    private final LongSupplier nanoTime;
    /** The newest of each place. */
    private final Map<String, Made> made = new ConcurrentHashMap<>();

    /** @param nanoTime as {@link System#nanoTime} */
    RecentJobs(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * @param ledSince when this replica began to lead
     * @return how long a Job that another leader made just before that may still stand in the way; empty if none may
     */
    Optional<Duration> predecessors(long ledSince) {
        return left(ledSince);
    }

    void add(StagePlan plan) {
        made.values().removeIf(recent -> left(recent.at()).isEmpty());
        made.put(place(plan), new Made(plan, nanoTime.getAsLong()));
    }

    /** Of a Job whose pod was made nothing more is to come: whoever asks for its pods finds it. */
    void podMade(StagePlan plan) {
        made.computeIfPresent(
                place(plan), (place, recent) -> recent.plan().key().equals(plan.key()) ? null : recent);
    }

    /** @return how long this very Job, should it be gone, is not to be made again; empty for one that was not made just now */
    Optional<Duration> same(StagePlan plan) {
        return find(plan)
                .filter(recent -> recent.plan().key().equals(plan.key()))
                .flatMap(recent -> left(recent.at()));
    }

    /**
     * @return how long the Job of another run, of before the recipe was edited or replaced, stands in the way; empty if
     *     none does. A run's next attempt follows one whose pod was seen.
     */
    Optional<Duration> another(StagePlan plan) {
        return find(plan)
                .filter(recent -> !recent.plan().run().equals(plan.run()))
                .flatMap(recent -> left(recent.at()));
    }

    private Optional<Made> find(StagePlan plan) {
        return Optional.ofNullable(made.get(place(plan)));
    }

    private Optional<Duration> left(long since) {
        return Optional.of(PendingStage.POD_EXPECTED.minusNanos(nanoTime.getAsLong() - since))
                .filter(left -> left.compareTo(Duration.ZERO) > 0);
    }

    private static String place(StagePlan plan) {
        return plan.namespace() + plan.place();
    }
}
