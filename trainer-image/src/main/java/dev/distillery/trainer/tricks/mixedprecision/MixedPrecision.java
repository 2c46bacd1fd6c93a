package dev.distillery.trainer.tricks.mixedprecision;

import dev.distillery.recipe.Tricks;
import dev.distillery.trainer.precision.ComputeType;
import dev.distillery.trainer.precision.LossScale;
import dev.distillery.trainer.precision.Precision;

/** Chooses the compute type, and with FP16 the loss scale. */
public final class MixedPrecision {
    private MixedPrecision() {}

    /**
     * @param hardware what the device is good at
     * @return full precision where the trick is off or the hardware has no use for it
     */
    public static Precision of(Tricks.MixedPrecision recipe, Hardware hardware) {
        if (!recipe.enabled()) {
            return Precision.full();
        }
        ComputeType type =
                switch (recipe.dtype()) {
                    case BF16 -> ComputeType.BF16;
                    case FP16 -> ComputeType.FP16;
                    case FP32 -> ComputeType.FP32;
                    case AUTO -> hardware.best();
                };
        return new Precision(type, type == ComputeType.FP16 ? new DynamicLossScale() : LossScale.NONE);
    }
}
