package dev.distillery.serving.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.List;

/** The protocol's description of a model. {@code -1} is the batch, which each request chooses. */
public record ModelMetadata(
        String name, List<String> versions, String platform, List<Tensor> inputs, List<Tensor> outputs) {
    private static final long ANY = -1;

    /** @param type the protocol's name of it, e.g. {@code FP32} */
    public record Tensor(String name, @JsonProperty("datatype") String type, List<Long> shape) {}

    public static ModelMetadata of(String name, String version, TensorContract contract) {
        List<Long> image = Arrays.stream(contract.input().shape(ANY)).boxed().toList();
        return new ModelMetadata(
                name,
                List.of(version),
                "onnx_onnxv1",
                List.of(new Tensor(contract.inputName(), contract.inputType(), image)),
                contract.outputs().stream()
                        .map(output -> new Tensor(output, "FP32", List.of(ANY, (long) contract.classes())))
                        .toList());
    }
}
