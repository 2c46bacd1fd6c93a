package dev.distillery.trainer.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distillery.recipe.Gate;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.data.LabelledImages;
import dev.distillery.trainer.metrics.Confusion;
import dev.distillery.trainer.network.Normalization;
import org.junit.jupiter.api.Test;

class OnnxGateTest {
    private static final Gate GATE = new Gate(0.9, 1e-4, 0.999);

    @Test
    void namesEveryThingThatItRefuses() {
        OnnxGate.Measurement poor = new OnnxGate.Measurement(1e-3, 0.5, confusion(1, 1), 1);
        assertThat(new OnnxGate(GATE).refusals(poor))
                .satisfiesExactly(
                        first -> assertThat(first).contains("spec.gate.maxParityError", "0.00100", "0.000100"),
                        second -> assertThat(second).contains("spec.gate.minAgreement", "0.5000", "0.9990"),
                        third -> assertThat(third).contains("spec.gate.minTop1", "0.5000", "0.9000"));
    }

    @Test
    void passesWhatMeetsItsBoundsExactly() {
        assertThat(new OnnxGate(GATE).refusals(new OnnxGate.Measurement(1e-4, 0.999, confusion(9, 1), 1)))
                .isEmpty();
    }

    @Test
    void refusesLogitsThatAreNotNumbers() {
        assertThat(new OnnxGate(GATE).refusals(new OnnxGate.Measurement(Double.NaN, 1, confusion(1, 0), 1)))
                .hasSize(1);
    }

    @Test
    void refusesWhatOnnxRuntimeCannotLoad() {
        LabelledImages images = new LabelledImages(1, 1, 1, new byte[1], new int[1]);
        Normalization norm = new Normalization(new float[1], new float[] {1});
        assertThatThrownBy(() -> OnnxGate.measure(new byte[] {1, 2, 3}, norm, images, new float[2]))
                .isInstanceOfSatisfying(
                        TrainerException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.GATE_FAILED));
    }

    private static Confusion confusion(int right, int wrong) {
        Confusion confusion = new Confusion(2);
        for (int i = 0; i < right + wrong; i++) {
            confusion.add(new float[] {1, 0}, 0, i < right ? 0 : 1);
        }
        return confusion;
    }
}
