package dev.distillery.operator;

import dev.distillery.operator.stage.StagePlan;
import dev.distillery.operator.status.StageObservation;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Instant;

/**
 * A stage in a run.
 *
 * @param plan of the newest attempt; of the first if there is none
 * @param before attempts that are not this run's
 * @param job of the newest attempt of this run; null if there is none
 * @param nextLook null for never
 */
record ObservedStage(StagePlan plan, int before, Job job, StageObservation stage, Instant nextLook) {
    ObservedStage as(StageObservation other, Instant look) {
        return new ObservedStage(plan, before, job, other, look);
    }
}
