package dev.distillery.trainer.loop;

import dev.distillery.trainer.checkpoint.TrainingState;
import dev.distillery.trainer.metrics.EpochResult;

/** Hears how a training goes, on the thread that trains. */
public interface TrainingListener {
    /** Training begins, or goes on where a checkpoint left it. */
    void started(TrainingState state);

    /**
     * @param epoch from 1
     * @param step optimizer steps done in all epochs, skipped ones too, from 1
     * @param loss of this step
     * @param images in this step
     */
    void stepped(int epoch, long step, double loss, int images);

    void epochEnded(EpochResult result);

    /** @param step up to which a checkpoint now holds everything, counted as in {@link #stepped} */
    void saved(long step);
}
