package dev.distillery.trainer.blocks;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.Op;
import dev.distillery.trainer.network.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** A network of DJL blocks, one for each operation: {@code (N, C, H, W) float32}, normalised, to {@code (N, K)} logits. */
public final class BlockNetwork extends AbstractBlock {
    private final Network network;
    private final List<Block> blocks = new ArrayList<>();

    public BlockNetwork(Network network) {
        this.network = network;
        for (Op op : network.ops()) {
            blocks.add(addChildBlock(op.getClass().getSimpleName(), block(op)));
        }
    }

    private static Block block(Op op) {
        if (op instanceof Op.Convolution c) {
            return Conv2d.builder()
                    .setFilters(c.outChannels())
                    .setKernelShape(square(c.kernel()))
                    .optStride(square(c.stride()))
                    .optPadding(square(c.padding()))
                    .optGroups(c.groups())
                    .optBias(false)
                    .build();
        }
        if (op instanceof Op.BatchNorm) {
            // DJL's momentum is the weight of the old statistics, PyTorch's that of the new.
            return BatchNorm.builder()
                    .optEpsilon((float) Op.BatchNorm.EPSILON)
                    .optMomentum((float) (1 - Op.BatchNorm.MOMENTUM))
                    .build();
        }
        if (op instanceof Op.Relu) {
            return Activation.reluBlock();
        }
        if (op instanceof Op.Relu6) {
            return Activation.relu6Block();
        }
        if (op instanceof Op.Add) {
            return new Sum();
        }
        if (op instanceof Op.MaxPool p) {
            return Pool.maxPool2dBlock(square(p.kernel()), square(p.stride()), square(p.padding()));
        }
        if (op instanceof Op.AveragePool p) {
            return Pool.avgPool2dBlock(square(p.size()), square(p.size()), square(0), true, false);
        }
        if (op instanceof Op.GlobalAveragePool) {
            return Pool.globalAvgPool2dBlock();
        }
        return Linear.builder().setUnits(((Op.Linear) op).outFeatures()).build();
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store, NDList inputs, boolean training, PairList<String, Object> params) {
        List<NDList> values = new ArrayList<>();
        for (int i = 0; i < blocks.size(); i++) {
            NDList read = new NDList();
            inputs(network.ops().get(i)).forEach(j -> read.addAll(j == Network.IMAGE ? inputs : values.get(j)));
            values.add(blocks.get(i).forward(store, read, training));
        }
        return values.get(values.size() - 1);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        List<Shape> shapes = valueShapes(inputs[0], (block, read) -> {});
        return new Shape[] {shapes.get(shapes.size() - 1)};
    }

    /** Initialises the blocks for the network's images, on any batch. */
    public void initialize(NDManager manager) {
        initialize(manager, DataType.FLOAT32, image());
    }

    /** @return the shape of each operation's value for one image */
    public List<Shape> valueShapes() {
        return valueShapes(image(), (block, read) -> {});
    }

    private Shape image() {
        return new Shape(1, network.channels(), network.height(), network.width());
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputs) {
        valueShapes(inputs[0], (block, read) -> block.initialize(manager, type, read));
    }

    private List<Shape> valueShapes(Shape image, BiConsumer<Block, Shape[]> visitor) {
        List<Shape> shapes = new ArrayList<>();
        for (int i = 0; i < blocks.size(); i++) {
            Shape[] read = inputs(network.ops().get(i)).stream()
                    .map(j -> j == Network.IMAGE ? image : shapes.get(j))
                    .toArray(Shape[]::new);
            visitor.accept(blocks.get(i), read);
            shapes.add(blocks.get(i).getOutputShapes(read)[0]);
        }
        return shapes;
    }

    /** Sets the values of initialised blocks. */
    public void set(Weights weights) {
        values().forEach((name, parameter) -> parameter.getArray().set(weights.get(name)));
    }

    /** @return a copy of the values as they are now */
    public Weights weights() {
        Map<String, float[]> copies = new LinkedHashMap<>();
        values().forEach((name, parameter) ->
                copies.put(name, parameter.getArray().toFloatArray()));
        return new Weights(copies);
    }

    /** @return the blocks' parameters by the network's names */
    public Map<String, Parameter> values() {
        Map<String, Parameter> values = new LinkedHashMap<>();
        for (int i = 0; i < blocks.size(); i++) {
            if (network.ops().get(i) instanceof Op.Named op) {
                Function<String, Parameter> of = blocks.get(i).getDirectParameters()::get;
                if (op instanceof Op.BatchNorm norm) {
                    values.put(op.name() + ".weight", of.apply("gamma"));
                    values.put(op.name() + ".bias", of.apply("beta"));
                    values.put(Weights.runningMean(norm), of.apply("runningMean"));
                    values.put(Weights.runningVariance(norm), of.apply("runningVar"));
                } else {
                    values.put(op.name() + ".weight", of.apply("weight"));
                    if (op instanceof Op.Linear) {
                        values.put(op.name() + ".bias", of.apply("bias"));
                    }
                }
            }
        }
        return values;
    }

    private static List<Integer> inputs(Op op) {
        if (op instanceof Op.Add a) {
            return List.of(a.left(), a.right());
        }
        if (op instanceof Op.Convolution c) {
            return List.of(c.input());
        }
        if (op instanceof Op.BatchNorm b) {
            return List.of(b.input());
        }
        if (op instanceof Op.Relu r) {
            return List.of(r.input());
        }
        if (op instanceof Op.Relu6 r) {
            return List.of(r.input());
        }
        if (op instanceof Op.MaxPool p) {
            return List.of(p.input());
        }
        if (op instanceof Op.AveragePool p) {
            return List.of(p.input());
        }
        if (op instanceof Op.GlobalAveragePool p) {
            return List.of(p.input());
        }
        return List.of(((Op.Linear) op).input());
    }

    private static Shape square(int size) {
        return new Shape(size, size);
    }
}
