package dev.distillery.trainer.checkpoint;

import dev.distillery.trainer.metrics.EpochResult;
import dev.distillery.trainer.precision.LossScale;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;

/**
 * Where a training stands between two steps. With weights, momentum and average it is all that the next step depends on:
 * which images come next and how they are augmented is a function of (seed, epoch, index) and needs no state.
 *
 * @param restarts from the initial weights, at a lower rate each time, after it had diverged
 * @param epochs finished, their validation included
 * @param batches done in the epoch under way
 * @param steps that moved the schedule; skipped ones do not count
 * @param lossSum over the steps in the epoch under way whose loss was finite, as a skipped step's may not be
 * @param losses how many those are
 * @param results of the finished epochs, in order
 * @param seconds of wall time spent on all of this, in all processes
 */
public record TrainingState(
        int restarts,
        int epochs,
        int batches,
        long steps,
        double lossSum,
        int losses,
        LossScale.State lossScale,
        List<EpochResult> results,
        double seconds) {

    public TrainingState {
        results = List.copyOf(results);
    }

    /** @return the epoch with the highest top-1, the first of equals; empty before the end of the first */
    public OptionalInt bestEpoch() {
        return results.stream()
                .max(Comparator.comparingDouble(EpochResult::top1)
                        .thenComparing(EpochResult::epoch, Comparator.reverseOrder()))
                .stream()
                .mapToInt(EpochResult::epoch)
                .findFirst();
    }
}
