package dev.distillery.trainer.blocks;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.loss.Loss;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.Normalization;
import dev.distillery.trainer.network.Op;
import dev.distillery.trainer.network.ParameterSpec;
import dev.distillery.trainer.network.Weights;
import dev.distillery.trainer.optimizer.ReferenceSgd;
import dev.distillery.trainer.optimizer.Sgd;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Trains and runs a network of DJL blocks: DJL's cross-entropy, DJL's automatic differentiation. */
final class BlockTrainer {
    private final NDManager manager;
    private final Network network;
    private final Normalization normalization;
    private final BlockNetwork blocks;
    private final ReferenceSgd optimizer;

    BlockTrainer(NDManager manager, Network network, Normalization normalization, Sgd optimizer) {
        this.manager = manager;
        this.network = network;
        this.normalization = normalization;
        this.optimizer = new ReferenceSgd(optimizer);
        this.blocks = new BlockNetwork(network);
        blocks.initialize(manager);
    }

    /**
     * @param images {@code (N, H, W, C) uint8}
     * @return the loss before the update
     */
    double step(ByteBuffer images, long[] labels, double rate) {
        try (NDManager scope = manager.newSubManager();
                GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            NDArray logits = forward(scope, images, labels.length, true);
            NDArray loss =
                    Loss.softmaxCrossEntropyLoss().evaluate(new NDList(scope.create(labels)), new NDList(logits));
            collector.backward(loss);
            for (ParameterSpec spec : network.parameters()) {
                optimizer.update(spec.name(), blocks.values().get(spec.name()).getArray(), rate);
            }
            return loss.getFloat();
        }
    }

    /** @return {@code (count, K)} row-major, by the running statistics */
    float[] logits(ByteBuffer images, int count) {
        try (NDManager scope = manager.newSubManager()) {
            return forward(scope, images, count, false).toFloatArray();
        }
    }

    /** Sets the values; the momentum stays. */
    void set(Weights weights) {
        blocks.set(weights);
    }

    /** Sets the running statistics to those of one batch, so that inference mode sees values of the usual size. */
    void calibrate(ByteBuffer images, int count) {
        Map<String, float[]> values = new LinkedHashMap<>(weights().values());
        Weights.statisticNames(network).forEach(name -> values.put(name, new float[values.get(name).length]));
        set(new Weights(values));
        try (NDManager scope = manager.newSubManager()) {
            forward(scope, images, count, true);
        }
        Weights moved = weights();
        for (String name : Weights.statisticNames(network)) {
            float[] statistic = moved.get(name).clone();
            for (int i = 0; i < statistic.length; i++) {
                statistic[i] /= (float) Op.BatchNorm.MOMENTUM;
            }
            values.put(name, statistic);
        }
        set(new Weights(values));
    }

    Weights weights() {
        return blocks.weights();
    }

    private NDArray forward(NDManager scope, ByteBuffer images, int count, boolean training) {
        Shape shape = new Shape(count, network.height(), network.width(), network.channels());
        Shape channelwise = new Shape(1, network.channels(), 1, 1);
        NDArray pixels = scope.create(images.duplicate(), shape, DataType.UINT8)
                .toType(DataType.FLOAT32, false)
                .transpose(0, 3, 1, 2);
        NDArray normalised = pixels.mul(scope.create(normalization.scale(), channelwise))
                .add(scope.create(normalization.shift(), channelwise));
        return blocks.forward(new ParameterStore(scope, false), new NDList(normalised), training)
                .singletonOrThrow();
    }
}
