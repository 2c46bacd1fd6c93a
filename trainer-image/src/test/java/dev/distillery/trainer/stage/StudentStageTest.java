package dev.distillery.trainer.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.recipe.Gate;
import dev.distillery.trainer.data.LabelledImages;
import dev.distillery.trainer.gate.Latency;
import dev.distillery.trainer.gate.OnnxGate;
import dev.distillery.trainer.metrics.Confusion;
import dev.distillery.trainer.network.Normalization;
import java.util.List;
import org.junit.jupiter.api.Test;

class StudentStageTest {
    @Test
    void anInt8ModelThatOnnxRuntimeRefusesHoldsUpNothing() {
        OnnxGate gate = new OnnxGate(new Gate(0.9, 1e-4, 0.999, null, 0.25));
        OnnxGate.Measurement whole =
                new OnnxGate.Measurement(0, 1, new Confusion(2), List.of(new Latency(1, 1, 200, 1, 2)));
        StudentStage.Quantized int8 = StudentStage.Quantized.of(
                new byte[] {1, 2, 3},
                gate,
                whole,
                new Normalization(new float[1], new float[] {1}),
                new LabelledImages(1, 1, 1, new byte[1], new int[1]),
                new float[2]);
        assertThat(int8.result()).isNull();
        StudentStage.Exported exported = new StudentStage.Exported(new byte[] {4}, whole, int8);
        assertThat(exported.latencies()).containsOnlyKeys("model.onnx");
        assertThat(exported.warnings())
                .singleElement()
                .asString()
                .contains("INT8", "ONNX Runtime refuses", "only FP32 is published");
    }
}
