package dev.distillery.operator;

import dev.distillery.operator.stage.StageCluster;
import dev.distillery.operator.status.StageObservation;
import dev.distillery.operator.status.StageObservation.State;
import dev.distillery.operator.status.TrainerPod;
import dev.distillery.operator.status.Waiting;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What keeps a stage whose Job is there from running, as far as no watch tells it. */
@Singleton
class PendingStage {
    /** A Job controller that works has made its pod by then, and a kubelet has started it. */
    static final Duration POD_EXPECTED = Duration.ofSeconds(5);
    /** How often to ask for what no watch tells. */
    static final Duration ASK_AGAIN = Duration.ofSeconds(30);
    /** What a kubelet says until it has made the container, whatever keeps it. */
    private static final String CREATING = "ContainerCreating";

    /** In whatever a kubelet says of an image that it does not get: ErrImagePull, ImagePullBackOff, InvalidImageName, … */
    private static final String IMAGE = "Image";

    private final StageSources sources;
    private final StageCluster cluster;
    private final Clock clock;

    PendingStage(StageSources sources, StageCluster cluster, Clock clock) {
        this.sources = sources;
        this.cluster = cluster;
        this.clock = clock;
    }

    /** Finds out why there is no pod, and gives one that is about to start what somebody may have deleted. */
    ObservedStage help(ObservedStage seen) {
        if (seen.stage().scheduled()) {
            if (lacksImage(seen) && cluster.deleteOutdated(seen.plan(), seen.job())) {
                return seen;
            }
            if (startingFor(POD_EXPECTED, seen).isEmpty()) {
                return seen.as(seen.stage(), clock.instant().plus(POD_EXPECTED));
            }
            cluster.restore(seen.plan());
            StageObservation stage = trouble(seen)
                    .map(why -> seen.stage().in(State.PENDING, why))
                    .orElse(seen.stage());
            return seen.as(stage, clock.instant().plus(ASK_AGAIN));
        }
        String startTime =
                seen.job().getStatus() == null ? null : seen.job().getStatus().getStartTime();
        if (seen.stage().waiting() != null || startTime == null) {
            return seen;
        }
        Instant expected = Instant.parse(startTime).plus(POD_EXPECTED);
        if (clock.instant().isBefore(expected)) {
            return seen.as(seen.stage(), expected);
        }
        Waiting refused = cluster.refusal(seen.job())
                .map(message -> Refusal.waiting(message, "FailedCreate"))
                .orElse(null);
        return seen.as(seen.stage().in(State.PENDING, refused), clock.instant().plus(ASK_AGAIN));
    }

    /** A Job's image cannot be changed: once the operator was given one that is there, the attempt needs a new Job. */
    private static boolean lacksImage(ObservedStage seen) {
        Waiting why = seen.stage().waiting();
        return why != null && why.reason() != null && why.reason().contains(IMAGE);
    }

    /** @return what its node says of a pod that it has been starting for a while: a volume, for instance, is not there */
    private Optional<Waiting> trouble(ObservedStage seen) {
        Waiting why = seen.stage().waiting();
        if (why != null && !CREATING.equals(why.reason())) {
            return Optional.empty();
        }
        return startingFor(ASK_AGAIN, seen)
                .flatMap(pod -> cluster.warning(pod.pod()))
                .map(event -> new Waiting(event.getReason(), event.getMessage()));
    }

    private Optional<TrainerPod> startingFor(Duration atLeast, ObservedStage seen) {
        Instant before = clock.instant().minus(atLeast);
        return sources.pods(seen.plan()).stream()
                .filter(pod ->
                        pod.live() && pod.belongsTo(seen.job()) && pod.created().isBefore(before))
                .findFirst();
    }
}
