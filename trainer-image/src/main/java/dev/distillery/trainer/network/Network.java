package dev.distillery.trainer.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * An architecture for one image size: operations in an order in which each follows what it reads; the last one's value is
 * the logits {@code (N, classes)}.
 *
 * @param name for people, e.g. {@code ResNet-14-D}
 */
public record Network(String name, int channels, int height, int width, int classes, List<Op> ops) {
    /** The index that stands for the network's input. */
    public static final int IMAGE = -1;

    /** @throws IllegalArgumentException if an operation would overwrite what another one reads */
    public Network {
        ops = List.copyOf(ops);
        requireNothingOverwritten(ops);
    }

    /** @return what is trained, in the order of the operations; names are unique */
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> parameters = new ArrayList<>();
        for (Op op : ops) {
            if (op instanceof Op.Convolution c) {
                parameters.add(new ParameterSpec(
                        c.name() + ".weight", ParameterSpec.Kind.CONVOLUTION_WEIGHT, c.weightShape(), false));
            } else if (op instanceof Op.BatchNorm b) {
                long[] shape = {b.channels()};
                parameters.add(new ParameterSpec(b.name() + ".weight", ParameterSpec.Kind.GAMMA, shape, b.zeroGamma()));
                parameters.add(new ParameterSpec(b.name() + ".bias", ParameterSpec.Kind.BETA, shape, true));
            } else if (op instanceof Op.Linear l) {
                parameters.add(new ParameterSpec(
                        l.name() + ".weight",
                        ParameterSpec.Kind.LINEAR_WEIGHT,
                        new long[] {l.outFeatures(), l.inFeatures()},
                        false));
                parameters.add(new ParameterSpec(
                        l.name() + ".bias", ParameterSpec.Kind.BIAS, new long[] {l.outFeatures()}, false));
            }
        }
        return parameters;
    }

    /** @return the batch norms in order; each has a running mean and a running variance */
    public List<Op.BatchNorm> batchNorms() {
        return ops.stream()
                .filter(Op.BatchNorm.class::isInstance)
                .map(Op.BatchNorm.class::cast)
                .toList();
    }

    /** @return how many values are trained */
    public long parameterCount() {
        return parameters().stream().mapToLong(ParameterSpec::size).sum();
    }

    private static void requireNothingOverwritten(List<Op> ops) {
        Map<Integer, Long> readers = ops.stream()
                .flatMap(op -> op.inputs().stream())
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        for (int i = 0; i < ops.size(); i++) {
            if (isActivation(ops.get(i)) || ops.get(i) instanceof Op.Add) {
                int overwritten = ops.get(i).inputs().get(0);
                // An activation's value is what its backward pass reads.
                boolean needed =
                        overwritten == IMAGE || isActivation(ops.get(overwritten)) || readers.get(overwritten) > 1;
                if (needed) {
                    throw new IllegalArgumentException("operation " + i + ", " + ops.get(i) + ", overwrites value "
                            + overwritten + ", which is needed elsewhere; let a sum's left side be the branch that"
                            + " ends in a batch norm");
                }
            }
        }
    }

    private static boolean isActivation(Op op) {
        return op instanceof Op.Relu || op instanceof Op.Relu6;
    }
}
