package dev.distillery.trainer.network;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a training changes, FP32.
 *
 * @param momentum the optimizer's buffer of each parameter, by its name
 * @param average of the weights over the steps; null where none is kept
 */
public record TrainingValues(Weights weights, Map<String, float[]> momentum, Weights average) {
    /** @return the start of a training: no momentum yet, and an average that equals the weights */
    public static TrainingValues initial(Network network, Weights weights, boolean averaged) {
        Map<String, float[]> zeros = new LinkedHashMap<>();
        network.parameters().forEach(spec -> zeros.put(spec.name(), new float[spec.size()]));
        return new TrainingValues(weights, zeros, averaged ? weights : null);
    }
}
