package dev.distillery.trainer.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distillery.recipe.ModelFamily;
import dev.distillery.recipe.Network.Model;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightsTest {
    private static final Network NETWORK =
            NetworkFamilies.build(new Model(ModelFamily.MOBILENET_V2, null), ResidualStyle.ORIGINAL, 3, 32, 32, 10);

    /** Variance 2 / fan-out: 3x3 to 32 channels, 3x3 of one channel to itself, 1x1 to 1,280 channels. */
    @ParameterizedTest
    @CsvSource({"stem.conv1, 288", "stage7.0.conv2, 9", "head.conv1, 1280"})
    void convolutionsStartWithTheVarianceOfTheirFanOut(String name, double fanOut) {
        float[] weight = Weights.initial(NETWORK, new SplittableRandom(1)).get(name + ".weight");
        double squares = 0;
        for (float w : weight) {
            squares += (double) w * w;
        }
        // At least 864 draws: the variance is good to some 5 %.
        assertThat(squares / weight.length).isCloseTo(2 / fanOut, within(0.2 / fanOut * 1.5));
    }
}
