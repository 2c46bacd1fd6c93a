package dev.distillery.trainer.loop;

import dev.distillery.trainer.averaging.ExponentialAverage;
import dev.distillery.trainer.loss.Loss;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.optimizer.DecayRule;
import dev.distillery.trainer.optimizer.Sgd;
import dev.distillery.trainer.precision.Precision;
import dev.distillery.trainer.schedule.Schedule;
import java.util.List;

/**
 * All that a stage is trained with. The recipe's assembler makes it; the loop carries it out.
 *
 * @param schedule covers {@code epochs · batchesPerEpoch} steps
 * @param averaging of the weights that are validated and published; null to take the last ones
 * @param snapshotEpochs after which the weights are set aside, from 1; what is trained is then these weights together,
 *     not the last ones. Empty for the last ones
 * @param seed of the initial weights
 */
public record TrainingPlan(
        Network network,
        Loss loss,
        Sgd optimizer,
        DecayRule decayRule,
        Precision precision,
        Schedule schedule,
        ExponentialAverage averaging,
        List<Integer> snapshotEpochs,
        Restarts restarts,
        int epochs,
        long seed) {

    /**
     * What follows when training diverges.
     *
     * @param limit how often it starts again from its initial weights; 0: it ends
     * @param rateFactor what the learning rate is multiplied by each time, above 0 and below 1
     */
    public record Restarts(int limit, double rateFactor) {
        /** @return what the rate is multiplied by in the n-th restart; 1 for n = 0 */
        public double rateFactor(int restart) {
            return Math.pow(rateFactor, restart);
        }
    }
}
