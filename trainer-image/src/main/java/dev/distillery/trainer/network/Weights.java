package dev.distillery.trainer.network;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * A network's values by name: its parameters, and {@code <norm>.running_mean} and {@code .running_var} of each batch norm.
 * FP32, row-major. Names are PyTorch's own endings, so that a file reads well there.
 */
public record Weights(Map<String, float[]> values) {

    public Weights {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** @throws IllegalArgumentException if there is no value of that name */
    public float[] get(String name) {
        float[] value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no value named " + name);
        }
        return value;
    }

    /**
     * Convolutions: normal, variance 2 / fan-out (He et al. 2015), where the fan-out {@code k²·outChannels/groups} is what
     * one input really reaches (as timm; torchvision leaves the groups out). Linear: uniform within ±1/√fan-in, bias too.
     * γ: 1, or 0 where the network says so. β: 0. Running mean 0, variance 1.
     *
     * @param random drawn from in the order of the parameters: same generator, same weights
     */
    public static Weights initial(Network network, RandomGenerator random) {
        Map<String, float[]> values = new LinkedHashMap<>();
        Map<String, Integer> groups = groups(network);
        double bound = 0;
        for (ParameterSpec spec : network.parameters()) {
            float[] value = new float[spec.size()];
            switch (spec.kind()) {
                case CONVOLUTION_WEIGHT -> {
                    double fanOut = fanOut(spec.shape()) / groups.get(spec.name());
                    normal(value, Math.sqrt(2 / fanOut), random);
                }
                case LINEAR_WEIGHT -> {
                    bound = 1 / Math.sqrt(spec.shape()[1]);
                    uniform(value, bound, random);
                }
                case BIAS -> uniform(value, bound, random);
                case GAMMA -> Arrays.fill(value, spec.startsAtZero() ? 0 : 1);
                case BETA -> {}
            }
            values.put(spec.name(), value);
        }
        for (Op.BatchNorm norm : network.batchNorms()) {
            values.put(runningMean(norm), new float[norm.channels()]);
            float[] variance = new float[norm.channels()];
            Arrays.fill(variance, 1);
            values.put(runningVariance(norm), variance);
        }
        return new Weights(values);
    }

    /** @return names of the running statistics, mean then variance of each batch norm, in the network's order */
    public static List<String> statisticNames(Network network) {
        return network.batchNorms().stream()
                .flatMap(norm -> Stream.of(runningMean(norm), runningVariance(norm)))
                .toList();
    }

    public static String runningMean(Op.BatchNorm norm) {
        return norm.name() + ".running_mean";
    }

    public static String runningVariance(Op.BatchNorm norm) {
        return norm.name() + ".running_var";
    }

    private static Map<String, Integer> groups(Network network) {
        Map<String, Integer> groups = new HashMap<>();
        for (Op op : network.ops()) {
            if (op instanceof Op.Convolution c) {
                groups.put(c.name() + ".weight", c.groups());
            }
        }
        return groups;
    }

    private static double fanOut(long[] shape) {
        return (double) shape[0] * shape[2] * shape[3];
    }

    private static void normal(float[] value, double deviation, RandomGenerator random) {
        for (int i = 0; i < value.length; i++) {
            value[i] = (float) (deviation * random.nextGaussian());
        }
    }

    private static void uniform(float[] value, double bound, RandomGenerator random) {
        for (int i = 0; i < value.length; i++) {
            value[i] = (float) (bound * (2 * random.nextDouble() - 1));
        }
    }
}
