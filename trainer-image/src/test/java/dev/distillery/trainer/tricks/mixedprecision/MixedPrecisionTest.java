package dev.distillery.trainer.tricks.mixedprecision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.recipe.Tricks;
import dev.distillery.recipe.Tricks.MixedPrecision.Dtype;
import dev.distillery.trainer.network.Weights;
import dev.distillery.trainer.optimizer.DecayRule;
import dev.distillery.trainer.optimizer.Sgd;
import dev.distillery.trainer.precision.ComputeType;
import dev.distillery.trainer.precision.LossScale;
import dev.distillery.trainer.precision.Precision;
import dev.distillery.trainer.torchscript.StepProbe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MixedPrecisionTest {
    private static final Sgd OPTIMIZER = new Sgd(0.9, true, 1e-3);
    private static final String KERNEL = "stage2.0.conv1.weight";
    private static final double RATE = 0.02;
    private static final int STEPS = 3;
    /** BF16 keeps 8 bits; a batch of 16 noise images and three steps of momentum amplify that. */
    private static final double LARGEST_ROUNDING = 0.3;

    @ParameterizedTest
    @EnumSource(names = {"BF16", "FP16"})
    void stepsAreThoseOfFullPrecisionButRounded(Dtype dtype) {
        Precision precision = MixedPrecision.of(new Tricks.MixedPrecision(true, dtype), new Hardware(ComputeType.FP32));
        StepProbe.Run mixed = StepProbe.run(STEPS, OPTIMIZER, DecayRule.ALL, precision, RATE);
        StepProbe.Run full = StepProbe.run(STEPS, OPTIMIZER, DecayRule.ALL, Precision.full(), RATE);
        double moved = distance(full.weights().get(KERNEL), StepProbe.START.get(KERNEL));
        double apart = distance(full.weights().get(KERNEL), mixed.weights().get(KERNEL));
        assertThat(moved).isPositive();
        assertThat(apart / moved)
                .as("rounded, so not equal; close, so the same step")
                .isBetween(1e-6, LARGEST_ROUNDING);
        assertThat(mixed.outcomes()).noneMatch(outcome -> outcome.skipped());
    }

    @Test
    void masterWeightsKeepWhatBf16CannotHold() {
        Precision precision =
                MixedPrecision.of(new Tricks.MixedPrecision(true, Dtype.BF16), new Hardware(ComputeType.FP32));
        Weights weights =
                StepProbe.run(1, OPTIMIZER, DecayRule.ALL, precision, RATE).weights();
        int low = 0;
        for (float value : weights.get(KERNEL)) {
            // A BF16 value has only zeros in the lower half of its FP32 form.
            low |= Float.floatToRawIntBits(value) & 0xffff;
        }
        assertThat(low).isNotZero();
    }

    @Test
    void aStepThatOverflowsChangesNothingAndHalvesTheScale() {
        double[] scale = {1e30};
        LossScale tooLarge = new LossScale() {
            @Override
            public double value() {
                return scale[0];
            }

            @Override
            public void update(boolean finite) {
                scale[0] = finite ? scale[0] : scale[0] / 2;
            }

            @Override
            public State state() {
                return new State(value(), 0);
            }

            @Override
            public void restore(State state) {}
        };
        StepProbe.Run run = StepProbe.run(1, OPTIMIZER, DecayRule.ALL, new Precision(ComputeType.FP16, tooLarge), RATE);
        assertThat(run.outcomes().get(0).skipped()).isTrue();
        assertThat(scale[0]).isEqualTo(5e29);
        StepProbe.NETWORK.parameters().forEach(p -> assertThat(run.weights().get(p.name()))
                .isEqualTo(StepProbe.START.get(p.name())));
    }

    @Test
    void lossScaleGrowsAfterTwoThousandGoodStepsAndHalvesAtEachBadOne() {
        DynamicLossScale scale = new DynamicLossScale();
        assertThat(scale.value()).isEqualTo(65536);
        for (int i = 0; i < 1999; i++) {
            scale.update(true);
        }
        assertThat(scale.value()).isEqualTo(65536);
        scale.update(true);
        assertThat(scale.value()).isEqualTo(131072);
        scale.update(true);
        scale.update(false);
        assertThat(scale.value()).isEqualTo(65536);
        for (int i = 0; i < 1999; i++) {
            scale.update(true);
        }
        assertThat(scale.value()).as("a bad step starts the count again").isEqualTo(65536);
    }

    @Test
    void autoTakesWhatTheHardwareIsGoodAt(@TempDir Path folder) throws IOException {
        Path with = Files.writeString(folder.resolve("with"), "flags\t\t: fpu avx512f avx512_bf16\n");
        Path without = Files.writeString(folder.resolve("without"), "flags\t\t: fpu avx2\n");
        Tricks.MixedPrecision auto = new Tricks.MixedPrecision(true, Dtype.AUTO);
        assertThat(MixedPrecision.of(auto, Hardware.ofCpu(with)).type()).isEqualTo(ComputeType.BF16);
        assertThat(MixedPrecision.of(auto, Hardware.ofCpu(without)).type()).isEqualTo(ComputeType.FP32);
        assertThat(MixedPrecision.of(auto, Hardware.ofCuda("90")).type()).isEqualTo(ComputeType.BF16);
        assertThat(MixedPrecision.of(auto, Hardware.ofCuda("75")).lossScale()).isInstanceOf(DynamicLossScale.class);
        assertThat(MixedPrecision.of(new Tricks.MixedPrecision(false, Dtype.BF16), Hardware.ofCpu(with)))
                .isEqualTo(Precision.full());
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }
}
