package dev.distillery.trainer.precision;

/**
 * What the loss is multiplied by before the backward pass, so that small gradients survive the compute type. Gradients are
 * divided by it again before the update.
 */
public interface LossScale {
    /** FP32 and BF16 need none. */
    LossScale NONE = new LossScale() {
        @Override
        public double value() {
            return 1;
        }

        @Override
        public void update(boolean finite) {}

        @Override
        public State state() {
            return new State(1, 0);
        }

        @Override
        public void restore(State state) {}
    };

    /**
     * Where a scale stands.
     *
     * @param goodSteps in a row since the scale last changed
     */
    record State(double value, int goodSteps) {}

    double value();

    /** @param finite whether all gradients of the step were finite; if not, the step was skipped */
    void update(boolean finite);

    State state();

    /** Goes on from a state that a scale of the same kind gave. */
    void restore(State state);
}
