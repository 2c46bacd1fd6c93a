package dev.distillery.trainer.publish;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;

/**
 * The content of {@code preprocessing.json}: what a service does with a picture before it calls the model, and what it gets
 * back, in words that a program can read. Steps come in order.
 *
 * @param outputs both {@code (batch, classes) FP32}
 * @param labels file with the classes' names, one a line, by label
 */
record PreprocessingContract(List<Step> steps, Tensor input, List<Tensor> outputs, String labels) {
    /** The batch is free. */
    private static final int ANY = -1;

    /**
     * One step.
     *
     * @param operation {@code orient} by the EXIF tag; {@code color} to the given order of channels; {@code resize} to
     *     height and width, or the shorter side to {@code shorterSide}; {@code centerCrop} to height and width; {@code
     *     normalize}: {@code (pixel / 255 − mean) / std} by channel; {@code transpose} from NHWC to NCHW
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Step(
            String operation,
            String channels,
            Integer shorterSide,
            Integer height,
            Integer width,
            String interpolation,
            float[] mean,
            float[] std) {
        static Step of(String operation) {
            return new Step(operation, null, null, null, null, null, null, null);
        }

        static Step size(String operation, int height, int width, String interpolation) {
            return new Step(operation, null, null, height, width, interpolation, null, null);
        }
    }

    /**
     * In the words of the Open Inference Protocol.
     *
     * @param layout NHWC or NCHW; null for an output
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Tensor(String name, String datatype, List<Integer> shape, String layout) {}

    private static final String INTERPOLATION = "bilinear, antialiased";

    static PreprocessingContract of(ModelInput input, int classes) {
        List<Step> steps = new ArrayList<>();
        if (input.resizedSide() != null) {
            steps.add(Step.of("orient"));
        }
        if (input.channels() == 1 || input.channels() == 3) {
            String channels = input.channels() == 1 ? "GRAY" : "RGB";
            steps.add(new Step("color", channels, null, null, null, null, null, null));
        }
        if (input.resizedSide() == null) {
            steps.add(Step.size("resize", input.height(), input.width(), INTERPOLATION));
        } else {
            steps.add(new Step("resize", null, input.resizedSide(), null, null, INTERPOLATION, null, null));
            steps.add(Step.size("centerCrop", input.height(), input.width(), null));
        }
        boolean pixels = input.form() == ModelInput.Form.PIXELS;
        if (!pixels) {
            steps.add(new Step("normalize", null, null, null, null, null, input.mean(), input.std()));
            steps.add(Step.of("transpose"));
        }
        List<Integer> shape = pixels
                ? List.of(ANY, input.height(), input.width(), input.channels())
                : List.of(ANY, input.channels(), input.height(), input.width());
        return new PreprocessingContract(
                steps,
                new Tensor(input.form().inputName(), pixels ? "UINT8" : "FP32", shape, pixels ? "NHWC" : "NCHW"),
                List.of(
                        new Tensor("probabilities", "FP32", List.of(ANY, classes), null),
                        new Tensor("logits", "FP32", List.of(ANY, classes), null)),
                BundleFiles.LABELS);
    }
}
