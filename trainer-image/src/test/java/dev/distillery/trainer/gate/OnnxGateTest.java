package dev.distillery.trainer.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distillery.inference.TinyOnnx;
import dev.distillery.recipe.Gate;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.data.LabelledImages;
import dev.distillery.trainer.metrics.Confusion;
import dev.distillery.trainer.network.Normalization;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OnnxGateTest {
    private static final Gate GATE = new Gate(0.9, 1e-4, 0.999, 2.0, 0.01);

    @Test
    void namesEveryThingThatItRefuses() {
        OnnxGate.Measurement poor = measurement(1e-3, 0.5, confusion(1, 1), 2.5);
        assertThat(new OnnxGate(GATE).refusals(poor))
                .satisfiesExactly(
                        first -> assertThat(first).contains("spec.gate.maxParityError", "0.00100", "0.000100"),
                        second -> assertThat(second).contains("spec.gate.minAgreement", "0.5000", "0.9990"),
                        third -> assertThat(third).contains("spec.gate.minTop1", "0.5000", "0.9000"),
                        fourth -> assertThat(fourth).contains("spec.gate.maxLatencyMs", "2.500", "2.000"));
    }

    @Test
    void passesWhatMeetsItsBoundsExactly() {
        assertThat(new OnnxGate(GATE).refusals(measurement(1e-4, 0.999, confusion(9, 1), 2)))
                .isEmpty();
    }

    @Test
    void refusesLogitsThatAreNotNumbers() {
        assertThat(new OnnxGate(GATE).refusals(measurement(Double.NaN, 1, confusion(1, 0), 1)))
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

    @Test
    void anInt8ModelMayLoseWhatTheRecipeAllows() {
        OnnxGate gate = new OnnxGate(new Gate(0.9, 1e-4, 0.999, null, 0.25));
        OnnxGate.Measurement whole = measurement(0, 1, confusion(4, 0), 1);
        assertThat(gate.quantizationRefusal(whole, measurement(1, 1, confusion(3, 1), 1)))
                .isEmpty();
        assertThat(gate.quantizationRefusal(whole, measurement(1, 1, confusion(2, 2), 1)))
                .hasValueSatisfying(
                        said -> assertThat(said).contains("spec.gate.maxQuantizationDrop", "0.5000", "0.2500"));
    }

    @Test
    void anInt8ModelMayLoseExactlyWhatTheRecipeAllowsAndNotOneImageMore() {
        OnnxGate gate = new OnnxGate(new Gate(0.9, 1e-4, 0.999, null, 0.01));
        OnnxGate.Measurement whole = measurement(0, 1, confusion(900, 100), 1);
        assertThat(gate.quantizationRefusal(whole, measurement(1, 1, confusion(890, 110), 1)))
                .isEmpty();
        assertThat(gate.quantizationRefusal(whole, measurement(1, 1, confusion(889, 111), 1)))
                .isPresent();
    }

    @Test
    void measuresTheLatencyOfOneImageAndOfASmallBatch() {
        byte[] model = TinyOnnx.model(true, new long[] {2, 2, 1}, new float[] {1, 0, 0, 1, 1, 0, 0, 1}, Map.of());
        LabelledImages images = new LabelledImages(2, 2, 1, new byte[12], new int[3]);
        Normalization norm = new Normalization(new float[1], new float[] {1});
        assertThat(OnnxGate.measure(model, norm, images, new float[6]).latencies())
                .satisfiesExactly(one -> assertThat(one.batch()).isEqualTo(1), eight -> assertThat(eight.batch())
                        .isEqualTo(8))
                .allSatisfy(latency -> {
                    assertThat(latency.threads()).isEqualTo(1);
                    assertThat(latency.runs()).isEqualTo(200);
                    assertThat(latency.millisP50()).isPositive().isLessThanOrEqualTo(latency.millisP99());
                });
    }

    private static OnnxGate.Measurement measurement(
            double parityError, double agreement, Confusion confusion, double millis) {
        return new OnnxGate.Measurement(
                parityError, agreement, confusion, List.of(new Latency(1, 1, 200, millis, 2 * millis)));
    }

    private static Confusion confusion(int right, int wrong) {
        Confusion confusion = new Confusion(2);
        for (int i = 0; i < right + wrong; i++) {
            confusion.add(new float[] {1, 0}, 0, i < right ? 0 : 1);
        }
        return confusion;
    }
}
