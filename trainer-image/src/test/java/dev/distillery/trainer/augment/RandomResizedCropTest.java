package dev.distillery.trainer.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RandomResizedCropTest {
    private static final long SEED = 11;
    private static final int DRAWS = 20_000;

    private final RandomResizedCrop usual = new RandomResizedCrop(SEED, 0.08, 1, 3.0 / 4, 4.0 / 3, true);

    @Test
    void everyPartIsInsideTheImageAndWithinTheBounds() {
        for (int i = 0; i < DRAWS; i++) {
            int width = 20 + i % 300;
            int height = 20 + i % 211;
            RandomResizedCrop.Draw draw = usual.draw(i % 7, i, width, height);
            assertThat(draw.left()).isBetween(0, width - draw.width());
            assertThat(draw.top()).isBetween(0, height - draw.height());
            assertThat(draw.width()).isPositive();
            assertThat(draw.height()).isPositive();
        }
    }

    /** Uniform share of the area, uniform logarithm of the ratio: compared with the moments of both distributions. */
    @Test
    void sharesAndRatiosFollowTheirDistributions() {
        // Large and square, with small shares: nothing is refused and rounding to pixels does not matter.
        RandomResizedCrop small = new RandomResizedCrop(SEED, 0.1, 0.5, 0.5, 2, false);
        double[] shares = new double[DRAWS];
        double[] logs = new double[DRAWS];
        for (int i = 0; i < DRAWS; i++) {
            RandomResizedCrop.Draw draw = small.draw(3, i, 10_000, 10_000);
            shares[i] = draw.width() * (double) draw.height() / 1e8;
            logs[i] = Math.log((double) draw.width() / draw.height());
        }
        assertUniform(shares, 0.1, 0.5);
        assertUniform(logs, -Math.log(2), Math.log(2));
    }

    /** Mean and variance of a uniform distribution, within five standard errors. */
    private static void assertUniform(double[] values, double from, double to) {
        double mean = Arrays.stream(values).average().orElseThrow();
        double variance = Arrays.stream(values)
                .map(v -> (v - mean) * (v - mean))
                .average()
                .orElseThrow();
        double range = to - from;
        assertThat(mean).isCloseTo((from + to) / 2, within(5 * range / Math.sqrt(12.0 * DRAWS)));
        assertThat(variance).isCloseTo(range * range / 12, within(5 * range * range / Math.sqrt(180.0 * DRAWS)));
        assertThat(Arrays.stream(values).min().orElseThrow()).isBetween(from - 1e-3, from + 0.01 * range);
        assertThat(Arrays.stream(values).max().orElseThrow()).isBetween(to - 0.01 * range, to + 1e-3);
    }

    @Test
    void placesAreUniformAndHalfAreMirrored() {
        RandomResizedCrop fixed = new RandomResizedCrop(SEED, 0.25, 0.25, 1, 1, true);
        int[] columns = new int[11];
        int mirrored = 0;
        for (int i = 0; i < DRAWS; i++) {
            RandomResizedCrop.Draw draw = fixed.draw(0, i, 20, 20);
            assertThat(draw.width()).isEqualTo(10);
            columns[draw.left()]++;
            mirrored += draw.mirrored() ? 1 : 0;
        }
        double each = DRAWS / 11.0;
        assertThat(IntStream.of(columns)).allMatch(count -> Math.abs(count - each) < 5 * Math.sqrt(each));
        assertThat((double) mirrored).isCloseTo(DRAWS / 2.0, within(5 * Math.sqrt(DRAWS / 4.0)));
    }

    @Test
    void dependsOnSeedEpochAndImageAlone() {
        RandomResizedCrop same = new RandomResizedCrop(SEED, 0.08, 1, 3.0 / 4, 4.0 / 3, true);
        RandomResizedCrop other = new RandomResizedCrop(SEED + 1, 0.08, 1, 3.0 / 4, 4.0 / 3, true);
        assertThat(same.draw(2, 5, 400, 300)).isEqualTo(usual.draw(2, 5, 400, 300));
        assertThat(usual.draw(3, 5, 400, 300)).isNotEqualTo(usual.draw(2, 5, 400, 300));
        assertThat(usual.draw(2, 6, 400, 300)).isNotEqualTo(usual.draw(2, 5, 400, 300));
        assertThat(other.draw(2, 5, 400, 300)).isNotEqualTo(usual.draw(2, 5, 400, 300));
    }

    @Test
    void withoutFlipNothingIsMirrored() {
        RandomResizedCrop plain = new RandomResizedCrop(SEED, 0.08, 1, 3.0 / 4, 4.0 / 3, false);
        assertThat(IntStream.range(0, 1000)
                        .noneMatch(i -> plain.draw(0, i, 400, 300).mirrored()))
                .isTrue();
    }

    /** A panorama of which no part of at least nine tenths has an allowed ratio. */
    @Test
    void whatNeverFitsBecomesTheLargestCentredPart() {
        RandomResizedCrop large = new RandomResizedCrop(SEED, 0.9, 1, 3.0 / 4, 4.0 / 3, false);
        assertThat(large.draw(0, 0, 1000, 90)).isEqualTo(new RandomResizedCrop.Draw(440, 0, 120, 90, false));
        assertThat(large.draw(0, 0, 90, 1000)).isEqualTo(new RandomResizedCrop.Draw(0, 440, 90, 120, false));
    }

    @Test
    void refusesBoundsThatCross() {
        assertThatThrownBy(() -> new RandomResizedCrop(SEED, 0.5, 0.4, 1, 1, false))
                .hasMessageContaining("minScale <= maxScale");
        assertThatThrownBy(() -> new RandomResizedCrop(SEED, 0, 1, 1, 1, false)).hasMessageContaining("0 < minScale");
    }
}
