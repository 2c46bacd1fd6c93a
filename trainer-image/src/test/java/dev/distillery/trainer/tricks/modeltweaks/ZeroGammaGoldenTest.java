package dev.distillery.trainer.tricks.modeltweaks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.recipe.ModelFamily;
import dev.distillery.recipe.Network.Model;
import dev.distillery.recipe.Tricks.ModelTweaks.Variant;
import dev.distillery.trainer.golden.GoldenFile;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.ParameterSpec;
import dev.distillery.trainer.network.ResidualNetworks;
import dev.distillery.trainer.network.Weights;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against timm's {@code zero_init_last=True}. */
class ZeroGammaGoldenTest {

    static Stream<GoldenFile.Case> cases() {
        return GoldenFile.read("zero-gamma").cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theSameBatchNormsStartAtZero(GoldenFile.Case golden) {
        Network network = ResidualNetworks.build(
                new Model(ModelFamily.RESNET, golden.integer("depth")),
                new ModelTweaks(Variant.D, true),
                3,
                64,
                64,
                10);
        Weights weights = Weights.initial(network, new SplittableRandom(1));
        List<String> zero = network.parameters().stream()
                .filter(p -> p.kind() == ParameterSpec.Kind.GAMMA)
                .map(ParameterSpec::name)
                .filter(name -> weights.get(name)[0] == 0)
                .sorted()
                .toList();
        assertThat(zero).isNotEmpty().containsExactlyElementsOf(names(golden));
    }

    private static List<String> names(GoldenFile.Case golden) {
        return Stream.iterate(0, i -> i < golden.json().get("zero").size(), i -> i + 1)
                .map(i -> golden.json().get("zero").get(i).asText())
                .toList();
    }
}
