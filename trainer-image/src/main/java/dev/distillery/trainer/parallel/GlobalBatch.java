package dev.distillery.trainer.parallel;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;

/**
 * The images of one step in all processes, and which of them are this process's: each has a run of equal length of the
 * epoch's order, by rank. The recipe's {@code batchSize} is the global one, so that neither the linear-scaling rule nor the
 * number of steps depends on how many processes there are.
 *
 * @param size images of all processes in a step, a multiple of {@code processes}
 * @param processes at least 1
 * @param rank this process's, from 0
 */
public record GlobalBatch(int size, int processes, int rank) {

    public GlobalBatch {
        if (size < 1 || size % processes != 0) {
            throw new TrainerException(
                    ExitCode.INVALID_RECIPE,
                    "spec.training.batchSize: got " + size + ", expected a multiple of the " + processes
                            + " processes that share it");
        }
    }

    /** @throws TrainerException INVALID_RECIPE if the processes cannot share it evenly */
    public static GlobalBatch of(int size, Collective collective) {
        return new GlobalBatch(size, collective.size(), collective.rank());
    }

    /** @return images of this process in a step */
    public int share() {
        return size / processes;
    }

    /**
     * @param step of the epoch, from 0
     * @return the place in the epoch's order of this process's first image
     */
    public int first(int step) {
        return step * size + rank * share();
    }
}
