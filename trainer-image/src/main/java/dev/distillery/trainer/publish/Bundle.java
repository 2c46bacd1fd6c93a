package dev.distillery.trainer.publish;

import dev.distillery.recipe.ResolvedRecipe;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.Result;
import dev.distillery.trainer.gate.Latency;
import java.util.List;
import java.util.Map;

/**
 * A student that passed the gate, and all that is known about it.
 *
 * @param runId names the run; publishing the same run again gives the version it already has
 * @param recipe names the model, its destinations and perhaps its version
 * @param onnx the content of {@code model.onnx}
 * @param int8 the content of {@code model-int8.onnx}; null if there is none, or it lost too much
 * @param computeType what convolutions were trained in, e.g. {@code bf16}: {@code auto} in the recipe does not tell
 * @param classes names by label
 * @param latencies of each measured model by file name, {@code model-int8.onnx} also if it is not published
 * @param curve points of teacher and student, whole
 * @param recall (classes), share of each class's validation images classified right; NaN for a class without any
 * @param confusion (classes, classes), validation images by true class, then by predicted class
 * @param warnings what a user should know though it worked
 */
public record Bundle(
        String runId,
        ResolvedRecipe recipe,
        byte[] onnx,
        byte[] int8,
        ModelInput input,
        String computeType,
        List<String> classes,
        DataFacts data,
        Result result,
        Map<String, List<Latency>> latencies,
        List<CurvePoint> curve,
        double[] recall,
        int[][] confusion,
        List<String> warnings,
        Origin origin) {
    public static final String MODEL = "model.onnx";
    public static final String INT8_MODEL = "model-int8.onnx";

    public String modelName() {
        return recipe.modelName();
    }

    /** @return class names, one a line, by label */
    String labelsText() {
        return String.join("\n", classes) + "\n";
    }
}
