package dev.distillery.trainer.checkpoint;

import dev.distillery.trainer.network.TrainingValues;

/** A training that can be continued to the bit. */
public record Checkpoint(TrainingState state, TrainingValues values) {}
