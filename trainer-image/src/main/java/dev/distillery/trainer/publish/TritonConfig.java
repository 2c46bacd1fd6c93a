package dev.distillery.trainer.publish;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A model's {@code config.pbtxt} for Triton's ONNX Runtime backend; KServe and DJL Serving read the same layout. */
final class TritonConfig {
    static final int MAX_BATCH_SIZE = 64;
    /** About as long as a small student computes: a lonely call at most doubles its latency. */
    private static final int MAX_QUEUE_DELAY_MICROS = 500;

    private static final int INSTANCES = 2;

    private static final String SERVED = "default_model_filename: \"%s\"";

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
                # Calls that wait are answered together; none waits longer than this for others.
                dynamic_batching { max_queue_delay_microseconds: %7$d }
                # Two copies: one prepares a batch while the other computes. On the GPU where there is one.
                instance_group [ { count: %8$d kind: KIND_AUTO } ]
                # For INT8, where %9$s lies beside it, write that name here.
                %10$s
                """
                .formatted(
                        bundle.modelName(),
                        MAX_BATCH_SIZE,
                        input.form().inputName(),
                        input.form().tritonType(),
                        input.dims(),
                        bundle.classes().size(),
                        MAX_QUEUE_DELAY_MICROS,
                        INSTANCES,
                        Bundle.INT8_MODEL,
                        SERVED.formatted(Bundle.MODEL));
    }

    /** @return the same with INT8 served, as its comment says */
    static String withInt8(String pbtxt) {
        return pbtxt.replace(SERVED.formatted(Bundle.MODEL), SERVED.formatted(Bundle.INT8_MODEL));
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
