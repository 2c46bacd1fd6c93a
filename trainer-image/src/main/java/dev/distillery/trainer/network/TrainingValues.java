package dev.distillery.trainer.network;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a training changes, FP32.
 *
 * @param momentum the optimizer's buffer of each parameter, by its name
 * @param average of the weights over the steps; null where none is kept
 * @param snapshots of the weights at the ends of learning-rate cycles, where the recipe asks for them
 */
public record TrainingValues(Weights weights, Map<String, float[]> momentum, Weights average, List<Weights> snapshots) {

    public TrainingValues {
        snapshots = List.copyOf(snapshots);
    }

    /** @return the start of a training: no momentum yet, and an average that equals the weights */
    public static TrainingValues initial(Network network, Weights weights, boolean averaged) {
        Map<String, float[]> zeros = new LinkedHashMap<>();
        network.parameters().forEach(spec -> zeros.put(spec.name(), new float[spec.size()]));
        return new TrainingValues(weights, zeros, averaged ? weights : null, List.of());
    }
}
