package dev.distillery.trainer.publish;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A model's {@code config.pbtxt} for Triton's ONNX Runtime backend; KServe and DJL Serving read the same layout. */
final class TritonConfig {
    static final int MAX_BATCH_SIZE = 64;

    private static final Pattern COMMENT = Pattern.compile("#.*");
    /** Matches the fields that say what goes in and out; a name of a tensor comes right before its data type. */
    private static final Pattern TENSOR = Pattern.compile(
            "name\\s*:\\s*\"([^\"]*)\"\\s*,?\\s*data_type\\s*:\\s*(\\w+)\\s*,?\\s*dims\\s*:\\s*\\[([^\\]]*)\\]");

    private TritonConfig() {}

    static String render(Bundle bundle) {
        ModelInput input = bundle.input();
        return """
                name: "%s"
                platform: "onnxruntime_onnx"
                max_batch_size: %d
                input [
                  {
                    name: "%s"
                    data_type: %s
                    dims: %s
                  }
                ]
                output [
                  {
                    name: "probabilities"
                    data_type: TYPE_FP32
                    dims: [ %6$d ]
                    label_filename: "labels.txt"
                  },
                  {
                    name: "logits"
                    data_type: TYPE_FP32
                    dims: [ %6$d ]
                    label_filename: "labels.txt"
                  }
                ]
                dynamic_batching { }
                """
                .formatted(
                        bundle.modelName(),
                        MAX_BATCH_SIZE,
                        input.form().inputName(),
                        input.form().tritonType(),
                        input.dims(),
                        bundle.classes().size());
    }

    /** @return inputs and outputs in order, for example {@code images TYPE_UINT8 [28,28,1]}; other fields do not count */
    static List<String> tensors(String pbtxt) {
        Matcher matcher = TENSOR.matcher(COMMENT.matcher(pbtxt).replaceAll(""));
        return matcher.results()
                .map(found -> found.group(1) + " " + found.group(2) + " ["
                        + found.group(3).replaceAll("\\s", "") + "]")
                .toList();
    }
}
