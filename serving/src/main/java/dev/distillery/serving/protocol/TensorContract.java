package dev.distillery.serving.protocol;

import dev.distillery.inference.InputForm;
import dev.distillery.inference.PublishedModel;
import java.util.Arrays;
import java.util.List;

/**
 * What a request may bring and ask for.
 *
 * @param maxImages in one request
 */
public record TensorContract(String inputName, InputForm input, List<String> outputs, int classes, int maxImages) {

    public static TensorContract of(PublishedModel model, int maxImages) {
        return new TensorContract(model.inputName(), model.input(), model.outputs(), model.classes(), maxImages);
    }

    /** @return the protocol's name of the input's type */
    String inputType() {
        return input.normalised() ? "FP32" : "UINT8";
    }

    /** @return for a message, e.g. {@code [N, 28, 28, 1] with N from 1 to 64} */
    String expectedShape() {
        long[] image = input.shape(1);
        return "[N, " + image[1] + ", " + image[2] + ", " + image[3] + "] with N from 1 to " + maxImages;
    }

    boolean accepts(List<Long> shape) {
        if (shape.size() != 4 || shape.get(0) < 1 || shape.get(0) > maxImages) {
            return false;
        }
        long[] expected = input.shape(shape.get(0));
        return Arrays.equals(expected, shape.stream().mapToLong(Long::longValue).toArray());
    }
}
