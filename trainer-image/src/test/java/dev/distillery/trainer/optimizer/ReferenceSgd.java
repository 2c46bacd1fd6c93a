package dev.distillery.trainer.optimizer;

import ai.djl.ndarray.NDArray;
import java.util.HashMap;
import java.util.Map;

/** Nesterov's momentum with weight decay on everything, its formula in plain array operations. */
public final class ReferenceSgd {
    private final Sgd settings;
    private final Map<String, NDArray> momentum = new HashMap<>();

    /** @param settings with Nesterov's form */
    public ReferenceSgd(Sgd settings) {
        this.settings = settings;
    }

    /** Changes a value in place by its gradient, and zeroes that. */
    public void update(String name, NDArray value, double rate) {
        NDArray gradient = value.getGradient();
        NDArray buffer = momentum.computeIfAbsent(name, n -> {
            NDArray zeros = value.getManager().zeros(value.getShape());
            zeros.attach(value.getManager());
            return zeros;
        });
        NDArray decayed = gradient.add(value.stopGradient().mul(settings.weightDecay()));
        buffer.muli(settings.momentum()).addi(decayed);
        NDArray direction = decayed.add(buffer.mul(settings.momentum()));
        value.stopGradient().subi(direction.mul(rate));
        gradient.subi(gradient.duplicate());
    }
}
