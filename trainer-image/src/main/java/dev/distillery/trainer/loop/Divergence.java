package dev.distillery.trainer.loop;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.metrics.EpochResult;
import java.util.List;

/**
 * Training that leads nowhere any more: a loss that is not a number, or an epoch whose mean loss is {@value #GROWTH} times
 * what the first epoch had, or what guessing costs, whichever is greater.
 */
final class Divergence extends TrainerException {
    /** A loss that merely rises for some epochs, as after a warm restart, stays far below. */
    static final double GROWTH = 2;

    private static final String ADVICE = "; lower spec.tricks.linearScaling.referenceRate, lengthen"
            + " spec.tricks.warmup.epochs, or allow spec.training.divergence.restarts";

    private Divergence(String problem, double rate) {
        super(ExitCode.DIVERGED, "training diverged: " + problem + " (learning rate " + rate + ")" + ADVICE);
    }

    /**
     * @param step of this epoch, from 1
     * @throws Divergence if the loss of a step is not finite
     */
    static void check(float loss, int epoch, int step, double rate) {
        if (!Float.isFinite(loss)) {
            throw new Divergence(
                    "the loss is " + loss + " at step " + step + " of epoch " + epoch + ", expected a finite number",
                    rate);
        }
    }

    /**
     * A loss is of the weights before a step: only what the network answers tells what the last one did to them.
     *
     * @param logits of the validation images
     * @throws Divergence if one is not finite
     */
    static void check(float[] logits, int epoch, double rate) {
        for (float logit : logits) {
            if (!Float.isFinite(logit)) {
                throw new Divergence(
                        "the network answers " + logit + " after epoch " + epoch + ", expected finite numbers", rate);
            }
        }
    }

    /**
     * @param classes K; guessing costs ln K
     * @throws Divergence if the last epoch's loss is beyond the limit
     */
    static void check(List<EpochResult> results, int classes) {
        EpochResult last = results.get(results.size() - 1);
        double limit = GROWTH * Math.max(results.get(0).loss(), Math.log(classes));
        if (!(last.loss() <= limit)) {
            throw new Divergence(
                    "the mean loss of epoch " + last.epoch() + " is " + last.loss() + ", expected at most " + limit
                            + ", twice the first epoch's or guessing's",
                    last.rate());
        }
    }
}
