package dev.distillery.trainer.tricks.mixedprecision;

import dev.distillery.trainer.precision.LossScale;

/** Doubles after 2,000 good steps in a row, halves at each bad one: PyTorch's GradScaler with its defaults. */
public final class DynamicLossScale implements LossScale {
    static final double START = 65536;
    static final int GROWTH_INTERVAL = 2000;

    private double scale = START;
    private int goodSteps;

    @Override
    public double value() {
        return scale;
    }

    @Override
    public void update(boolean finite) {
        if (!finite) {
            scale /= 2;
            goodSteps = 0;
        } else if (++goodSteps == GROWTH_INTERVAL) {
            scale *= 2;
            goodSteps = 0;
        }
    }

    @Override
    public State state() {
        return new State(scale, goodSteps);
    }

    @Override
    public void restore(State state) {
        scale = state.value();
        goodSteps = state.goodSteps();
    }
}
