package dev.distillery.trainer.tricks.modeltweaks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.recipe.ModelFamily;
import dev.distillery.recipe.Network.Model;
import dev.distillery.recipe.Tricks;
import dev.distillery.recipe.Tricks.ModelTweaks.Variant;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.NetworkFamilies;
import dev.distillery.trainer.network.Op;
import dev.distillery.trainer.network.ResidualNetworks;
import dev.distillery.trainer.network.ResidualStyle;
import dev.distillery.trainer.network.Weights;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ModelTweaksTest {
    @Test
    void bMovesTheStrideOfABottleneckToItsThreeByThree() {
        assertThat(convolution(imageNet(50, null), "stage2.0.conv1").stride()).isEqualTo(2);
        assertThat(convolution(imageNet(50, null), "stage2.0.conv2").stride()).isEqualTo(1);
        assertThat(convolution(imageNet(50, Variant.B), "stage2.0.conv1").stride())
                .isEqualTo(1);
        assertThat(convolution(imageNet(50, Variant.B), "stage2.0.conv2").stride())
                .isEqualTo(2);
    }

    @Test
    void cReplacesTheSevenBySevenStem() {
        assertThat(stem(imageNet(18, Variant.B))).containsExactly("7x7/2 3→64");
        assertThat(stem(imageNet(18, Variant.C))).containsExactly("3x3/2 3→32", "3x3/1 32→32", "3x3/1 32→64");
    }

    @Test
    void dPoolsBeforeTheProjectionOfAStridedShortcutOnly() {
        Network network = imageNet(50, Variant.D);
        Op.Convolution strided = convolution(network, "stage3.0.shortcut.conv");
        assertThat(strided.stride()).isEqualTo(1);
        assertThat(network.ops().get(strided.input())).isInstanceOf(Op.AveragePool.class);
        Op.Convolution widening = convolution(network, "stage1.0.shortcut.conv");
        assertThat(network.ops().get(widening.input())).isNotInstanceOf(Op.AveragePool.class);
        assertThat(network.ops().stream().filter(Op.AveragePool.class::isInstance))
                .hasSize(3);
        assertThat(imageNet(50, Variant.C).ops()).noneMatch(Op.AveragePool.class::isInstance);
    }

    @Test
    void zeroGammaIsOnTheLastNormOfEachBranchOnly() {
        Network network = ResidualNetworks.build(
                new Model(ModelFamily.RESNET, 50), new ModelTweaks(Variant.D, true), 3, 64, 64, 10);
        Weights weights = Weights.initial(network, new SplittableRandom(1));
        for (Op.BatchNorm norm : network.batchNorms()) {
            float expected = norm.name().matches("stage\\d\\.\\d\\.bn3") ? 0 : 1;
            assertThat(weights.get(norm.name() + ".weight")).as(norm.name()).containsOnly(expected);
        }
        Network without = ResidualNetworks.build(
                new Model(ModelFamily.RESNET, 50), new ModelTweaks(Variant.D, false), 3, 64, 64, 10);
        assertThat(without.batchNorms()).noneMatch(Op.BatchNorm::zeroGamma);
    }

    @Test
    void aMobileNetTakesZeroGammaInItsResidualBlocksAndNoVariant() {
        Network network = mobileNet(new ModelTweaks(Variant.D, true));
        List<String> zero = network.batchNorms().stream()
                .filter(Op.BatchNorm::zeroGamma)
                .map(Op.BatchNorm::name)
                .toList();
        // Ten of the seventeen blocks add their input; the others change its shape.
        assertThat(zero).hasSize(10).allMatch(name -> name.matches("stage[2-6]\\.[123]\\.bn3"));
        assertThat(mobileNet(new ModelTweaks(Variant.B, true))).isEqualTo(network);
        assertThat(mobileNet(new ModelTweaks(Variant.C, false))).isEqualTo(mobileNet(ResidualStyle.ORIGINAL));
    }

    @Test
    void offIsTheOriginal() {
        assertThat(ModelTweaks.of(new Tricks.ModelTweaks(false, Variant.D, true)))
                .isSameAs(ResidualStyle.ORIGINAL);
    }

    private static Network mobileNet(ResidualStyle style) {
        return NetworkFamilies.build(new Model(ModelFamily.MOBILENET_V2, null), style, 3, 64, 64, 10);
    }

    private static Network imageNet(int depth, Variant variant) {
        ResidualStyle style = variant == null ? ResidualStyle.ORIGINAL : new ModelTweaks(variant, false);
        return ResidualNetworks.build(new Model(ModelFamily.RESNET, depth), style, 3, 224, 224, 1000);
    }

    private static Op.Convolution convolution(Network network, String name) {
        return convolutions(network).stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> stem(Network network) {
        return convolutions(network).stream()
                .filter(c -> c.name().startsWith("stem"))
                .map(c ->
                        c.kernel() + "x" + c.kernel() + "/" + c.stride() + " " + c.inChannels() + "→" + c.outChannels())
                .toList();
    }

    private static List<Op.Convolution> convolutions(Network network) {
        return network.ops().stream()
                .filter(Op.Convolution.class::isInstance)
                .map(Op.Convolution.class::cast)
                .toList();
    }
}
