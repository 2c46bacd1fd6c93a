package dev.distillery.operator;

import dev.distillery.operator.stage.StagePlan;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The Jobs that were made just now. Of one that goes right away its controller may still make a pod, which nobody sees yet:
 * until that is to be seen, the Job is not made again, and in its place none of another run is.
 */
final class RecentJobs {
    private record Made(StagePlan plan, Instant until) {}

    /** The newest of each place. */
    private final Map<String, Made> made = new ConcurrentHashMap<>();

    private Instant began;

    /** @return until when a Job that another leader made just now may stand in the way: nobody asks before this replica leads */
    synchronized Optional<Instant> predecessors(Instant now) {
        if (began == null) {
            began = now;
        }
        return Optional.of(began.plus(PendingStage.POD_EXPECTED)).filter(now::isBefore);
    }

    void add(StagePlan plan, Instant now) {
        made.values().removeIf(recent -> !now.isBefore(recent.until()));
        made.put(place(plan), new Made(plan, now.plus(PendingStage.POD_EXPECTED)));
    }

    /** Of a Job whose pod was made nothing more is to come: whoever asks for its pods finds it. */
    void podMade(StagePlan plan) {
        made.computeIfPresent(
                place(plan), (place, recent) -> recent.plan().key().equals(plan.key()) ? null : recent);
    }

    /** @return until when this very Job, should it be gone, is not to be made again; empty for one that was not made just now */
    Optional<Instant> same(StagePlan plan, Instant now) {
        return find(plan, now)
                .filter(recent -> recent.plan().key().equals(plan.key()))
                .map(Made::until);
    }

    /**
     * @return until when the Job of another run, of before the recipe was edited or replaced, stands in the way; empty if
     *     none does. A run's next attempt follows one whose pod was seen.
     */
    Optional<Instant> another(StagePlan plan, Instant now) {
        return find(plan, now)
                .filter(recent -> !recent.plan().run().equals(plan.run()))
                .map(Made::until);
    }

    private Optional<Made> find(StagePlan plan, Instant now) {
        return Optional.ofNullable(made.get(place(plan))).filter(recent -> now.isBefore(recent.until()));
    }

    private static String place(StagePlan plan) {
        return plan.namespace() + plan.place();
    }
}
