package dev.distillery.trainer.loop;

/** Hears how a training goes, on the thread that trains. */
public interface TrainingListener {
    /**
     * @param epoch from 1
     * @param step optimizer steps done in all epochs, from 1
     * @param loss of this step
     * @param images in this step
     */
    void stepped(int epoch, long step, double loss, int images);

    /**
     * @param loss mean over the epoch's steps
     * @param top1 of the validation images, FP32, 0 to 1
     * @param rate learning rate of the last step
     */
    void epochEnded(int epoch, double loss, double top1, double rate);
}
