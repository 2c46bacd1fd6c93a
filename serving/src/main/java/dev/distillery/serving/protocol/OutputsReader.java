package dev.distillery.serving.protocol;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which outputs a request asks for, and in which form. */
final class OutputsReader {
    private final TensorContract contract;
    /** By name, in the caller's order; null where the caller did not say whether the output shall be binary. */
    private final Map<String, Boolean> binary = new LinkedHashMap<>();

    private String name;
    private Boolean wanted;

    OutputsReader(TensorContract contract) {
        this.contract = contract;
    }

    /** @param fields at the value of {@code outputs} */
    void read(JsonFields fields) throws IOException, BadRequestException {
        fields.array("outputs", i -> {
            String where = "outputs[" + i + "]";
            name = null;
            wanted = null;
            fields.object(where, field -> read(fields, where, field));
            if (name == null || !contract.outputs().contains(name)) {
                throw new BadRequestException(where + ".name", name, "one of " + contract.outputs());
            }
            if (binary.containsKey(name)) {
                throw new BadRequestException(where + ".name", name + " a second time", "each output once");
            }
            binary.put(name, wanted);
        });
    }

    private void read(JsonFields fields, String where, String field) throws IOException, BadRequestException {
        switch (field) {
            case "name" -> name = fields.text(where + ".name");
            case "parameters" ->
                fields.object(where + ".parameters", parameter -> {
                    if (parameter.equals("binary_data")) {
                        wanted = fields.flag(where + ".parameters.binary_data");
                    } else {
                        fields.skipParameter(where, parameter);
                    }
                });
            default -> fields.skip();
        }
    }

    /**
     * @param otherwise whether outputs are binary of which the caller did not say it
     * @return all outputs if none was named
     */
    List<InferRequest.Output> outputs(boolean otherwise) {
        if (binary.isEmpty()) {
            contract.outputs().forEach(output -> binary.put(output, null));
        }
        return binary.entrySet().stream()
                .map(output -> new InferRequest.Output(
                        output.getKey(), output.getValue() == null ? otherwise : output.getValue()))
                .toList();
    }
}
