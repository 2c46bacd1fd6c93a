package dev.distillery.trainer.loop;

import dev.distillery.trainer.loss.Loss;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.optimizer.DecayRule;
import dev.distillery.trainer.optimizer.Sgd;
import dev.distillery.trainer.precision.Precision;
import dev.distillery.trainer.schedule.Schedule;

/**
 * All that a stage is trained with. The recipe's assembler makes it; the loop carries it out.
 *
 * @param schedule covers {@code epochs · batchesPerEpoch} steps
 * @param seed of the initial weights
 */
public record TrainingPlan(
        Network network,
        Loss loss,
        Sgd optimizer,
        DecayRule decayRule,
        Precision precision,
        Schedule schedule,
        int epochs,
        long seed) {}
