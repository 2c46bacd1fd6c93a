package dev.distillery.trainer.precision;

/** How a stage computes: the type and the scale that goes with it. */
public record Precision(ComputeType type, LossScale lossScale) {
    /** FP32 throughout. */
    public static Precision full() {
        return new Precision(ComputeType.FP32, LossScale.NONE);
    }
}
