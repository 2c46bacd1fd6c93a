package dev.distillery.trainer.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ScalesTest {
    @Test
    void aRangeUsesAllLevelsAndZeroIsExact() {
        ActivationScale scale = ActivationScale.of(-1, 3);
        assertThat(scale.scale()).isEqualTo(4f / 255);
        assertThat(scale.zeroPoint()).isEqualTo(64);
        assertThat(ActivationScale.of(2, 6)).as("widened to hold 0").isEqualTo(new ActivationScale(6f / 255, 0));
        assertThat(ActivationScale.of(-5.1f, -1)).isEqualTo(new ActivationScale(5.1f / 255, 255));
        assertThat(ActivationScale.of(0, 0)).as("a dead tensor").isEqualTo(new ActivationScale(1, 0));
    }

    @Test
    void eachChannelHasItsOwnScale() {
        ChannelWeights weights =
                ChannelWeights.of(new float[] {127, -63.4f, 0.5f, -1.27f}, new float[] {10, -0.02f}, 0.5f);
        assertThat(weights.scale()).containsExactly(1, 0.01f);
        assertThat(weights.weight()).containsExactly(127, -63, 50, -127);
        assertThat(weights.biasScale()).containsExactly(0.5f, 0.005f);
        assertThat(weights.bias()).containsExactly(20, -4);
    }

    /** A scale from the weights alone would give a bias of 1e39. */
    @Test
    void theBiasOfASilencedChannelFitsItsInteger() {
        ChannelWeights weights = ChannelWeights.of(new float[] {0, 1e-38f}, new float[] {3, -5}, 0.1f);
        for (int c = 0; c < 2; c++) {
            assertThat(weights.bias()[c] * (double) weights.biasScale()[c]).isEqualTo(c == 0 ? 3 : -5, within(1e-6));
        }
        assertThat(ChannelWeights.of(new float[] {0}, new float[] {0}, 0.1f).scale())
                .containsExactly(1);
    }

    @Test
    void theRareValuesAtBothEndsAreCutOff() {
        float[] values = new float[10_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = -1 + 2f * i / values.length;
        }
        values[0] = -100;
        values[9_999] = 100;
        Histogram histogram = new Histogram(-100, 100);
        histogram.add(values);
        assertThat(histogram.scale(0.999).scale()).isEqualTo(2f / 255, within(0.2f / 255));
        assertThat(histogram.scale(1).scale()).isEqualTo(200f / 255);
    }

    @Test
    void aTensorWithOneValueHasAScale() {
        Histogram histogram = new Histogram(2, 2);
        float[] values = new float[100];
        Arrays.fill(values, 2);
        histogram.add(values);
        assertThat(histogram.scale(0.999)).isEqualTo(new ActivationScale(2f / 255, 0));
    }
}
