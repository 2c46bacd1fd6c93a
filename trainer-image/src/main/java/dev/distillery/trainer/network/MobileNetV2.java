package dev.distillery.trainer.network;

import dev.distillery.recipe.Network.Model;
import java.util.List;

/**
 * MobileNetV2 (Sandler et al. 2018, table 2), the same network as torchvision's at every width.
 *
 * <p>A block widens by a 1x1, filters each channel by itself with a 3x3, and narrows by a 1x1 without activation. Its
 * input is added where the shape stays. There is no dropout before the classifier, where torchvision has 0.2: soft
 * targets and label smoothing regularise already, and without random draws the renderings can be compared.
 */
final class MobileNetV2 {
    private static final int STEM = 32;
    private static final int HEAD = 1280;
    private static final List<Stage> STAGES = List.of(
            new Stage(1, 16, 1, 1),
            new Stage(6, 24, 2, 2),
            new Stage(6, 32, 3, 2),
            new Stage(6, 64, 4, 2),
            new Stage(6, 96, 3, 1),
            new Stage(6, 160, 3, 2),
            new Stage(6, 320, 1, 1));

    /** Blocks of one width; the first has the stride. {@code expansion} is how much wider the inside is than the input. */
    private record Stage(int expansion, int channels, int blocks, int stride) {}

    private final NetworkBuilder net = new NetworkBuilder();
    private final boolean zeroGamma;

    private MobileNetV2(boolean zeroGamma) {
        this.zeroGamma = zeroGamma;
    }

    /** @param style only zero-γ is taken from it: B, C and D change what this family does not have */
    static Network build(Model model, ResidualStyle style, int channels, int height, int width, int classes) {
        if (!model.family().allowsDepth(model.depth())) {
            throw new IllegalArgumentException(model.family() + " has no depth " + model.depth());
        }
        MobileNetV2 built = new MobileNetV2(style.zeroGamma());
        int features = built.features(new Width(model.width()), channels, Math.max(1, model.width()));
        built.net.classifier(built.net.ops().size() - 1, features, classes);
        String name = model.size().isEmpty() ? "MobileNetV2" : "MobileNetV2-" + model.size();
        return new Network(name, channels, height, width, classes, built.net.ops());
    }

    /** @param headWidth at least 1: a narrow network keeps the wide last convolution */
    private int features(Width width, int channels, double headWidth) {
        int in = width.channels(STEM);
        int value = net.relu6(net.convolutionNorm(Network.IMAGE, "stem.conv1", channels, in, 3, 2, false));
        for (int s = 0; s < STAGES.size(); s++) {
            Stage stage = STAGES.get(s);
            int out = width.channels(stage.channels());
            for (int block = 0; block < stage.blocks(); block++) {
                int stride = block == 0 ? stage.stride() : 1;
                value = invertedResidual(value, "stage" + (s + 1) + "." + block, in, out, stage.expansion(), stride);
                in = out;
            }
        }
        int head = new Width(headWidth).channels(HEAD);
        net.relu6(net.convolutionNorm(value, "head.conv1", in, head, 1, 1, false));
        return head;
    }

    private int invertedResidual(int input, String name, int in, int out, int expansion, int stride) {
        boolean residual = stride == 1 && in == out;
        int inside = in * expansion;
        int value = input;
        if (expansion != 1) {
            value = net.relu6(net.convolutionNorm(value, name + ".conv1", in, inside, 1, 1, false));
        }
        value = net.relu6(net.depthwiseNorm(value, name + ".conv2", inside, 3, stride));
        value = net.convolutionNorm(value, name + ".conv3", inside, out, 1, 1, residual && zeroGamma);
        return residual ? net.sum(value, input) : value;
    }
}
