package dev.distillery.trainer.loop;

import ai.djl.pytorch.engine.PtNDManager;
import dev.distillery.trainer.data.Batch;
import dev.distillery.trainer.data.ImageSet;
import dev.distillery.trainer.data.ValidationBatches;
import dev.distillery.trainer.metrics.Confusion;
import dev.distillery.trainer.precision.ComputeType;
import dev.distillery.trainer.torchscript.InferenceNetwork;
import java.util.List;

/** A frozen network's logits on a set of images, FP32. */
public final class Evaluation {
    private static final int BATCH_SIZE = 250;
    /** Pixels in a batch: 32 photographs of 224 by 224, whose activations in a ResNet-50 are some 100 MB a layer. */
    private static final int BATCH_PIXELS = 1_610_000;

    private Evaluation() {}

    /** @return {@code (images, K)} row-major */
    public static float[] logits(PtNDManager parent, InferenceNetwork network, ImageSet images) {
        return logits(parent, network, images, () -> {});
    }

    /** @param betweenBatches runs after each batch, and may end the evaluation by an exception */
    static float[] logits(PtNDManager parent, InferenceNetwork network, ImageSet images, Runnable betweenBatches) {
        int classes = network.network().classes();
        float[] all = new float[Math.multiplyExact(images.count(), classes)];
        ValidationBatches.Pass pass = new ValidationBatches(images, batchSize(images)).pass();
        int done = 0;
        for (Batch batch = pass.next(); batch != null; batch = pass.next()) {
            try (PtNDManager scope = (PtNDManager) parent.newSubManager()) {
                float[] some = network.logits(scope, batch.images(), batch.size(), ComputeType.FP32)
                        .toFloatArray();
                System.arraycopy(some, 0, all, done * classes, some.length);
            }
            done += batch.size();
            batch.release();
            betweenBatches.run();
        }
        return all;
    }

    /**
     * What several networks say together: the log of their mean probabilities, which serves as logits.
     *
     * @param members the logits of each, {@code (images, classes)} row-major
     * @return likewise; a single member's as they are
     */
    public static float[] together(List<float[]> members, int classes) {
        if (members.size() == 1) {
            return members.get(0);
        }
        float[] together = new float[members.get(0).length];
        for (int row = 0; row < together.length; row += classes) {
            double[] mean = new double[classes];
            for (float[] logits : members) {
                double[] probabilities = softmax(logits, row, classes);
                for (int c = 0; c < classes; c++) {
                    mean[c] += probabilities[c] / members.size();
                }
            }
            for (int c = 0; c < classes; c++) {
                together[row + c] = (float) Math.log(mean[c]);
            }
        }
        return together;
    }

    private static int batchSize(ImageSet images) {
        return Math.max(1, Math.min(BATCH_SIZE, BATCH_PIXELS / (images.height() * images.width())));
    }

    /** @param logits {@code (images, classes)} row-major */
    public static Confusion confusion(float[] logits, ImageSet images, int classes) {
        Confusion confusion = new Confusion(classes);
        for (int i = 0; i < images.count(); i++) {
            confusion.add(logits, i, images.label(i));
        }
        return confusion;
    }

    private static double[] softmax(float[] logits, int row, int classes) {
        double greatest = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < classes; c++) {
            greatest = Math.max(greatest, logits[row + c]);
        }
        double sum = 0;
        double[] exponentials = new double[classes];
        for (int c = 0; c < classes; c++) {
            exponentials[c] = Math.exp(logits[row + c] - greatest);
            sum += exponentials[c];
        }
        for (int c = 0; c < classes; c++) {
            exponentials[c] /= sum;
        }
        return exponentials;
    }
}
