package dev.distillery.serving.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** The one input of a request: its fields in whatever order, then the values that they describe. */
final class InputReader {
    private static final String WHERE = "inputs[0]";
    /** More dimensions than any tensor of the protocol's servers has. */
    private static final int MAX_DIMENSIONS = 16;

    private final TensorContract contract;
    private boolean seen;
    private String name;
    private String type;
    private List<Long> shape;
    private TensorValues values;
    private Long binaryBytes;

    InputReader(TensorContract contract) {
        this.contract = contract;
    }

    /** @param fields at the value of {@code inputs} */
    void read(JsonFields fields) throws IOException, BadRequestException {
        fields.array("inputs", i -> {
            if (i > 0) {
                throw new BadRequestException("inputs", "more than one", "one, " + contract.inputName());
            }
            seen = true;
            fields.object(WHERE, field -> read(fields, field));
        });
    }

    private void read(JsonFields fields, String field) throws IOException, BadRequestException {
        switch (field) {
            case "name" -> name = fields.text(WHERE + ".name");
            case "datatype" -> type = fields.text(WHERE + ".datatype");
            case "shape" -> shape = shape(fields);
            case "data" -> values = TensorValues.read(fields, contract);
            case "parameters" ->
                fields.object(WHERE + ".parameters", parameter -> {
                    if (parameter.equals("binary_data_size")) {
                        binaryBytes = fields.size(WHERE + ".parameters.binary_data_size", "a number of bytes");
                    } else {
                        fields.skipParameter(WHERE, parameter);
                    }
                });
            default -> fields.skip();
        }
    }

    private List<Long> shape(JsonFields fields) throws IOException, BadRequestException {
        List<Long> dimensions = new ArrayList<>();
        fields.array(WHERE + ".shape", i -> {
            if (i == MAX_DIMENSIONS) {
                throw new BadRequestException(
                        WHERE + ".shape", "more than " + MAX_DIMENSIONS + " dimensions", contract.expectedShape());
            }
            dimensions.add(fields.size(WHERE + ".shape", contract.expectedShape()));
        });
        return dimensions;
    }

    /** @return how many images; all fields but the values are checked then */
    int count() throws BadRequestException {
        if (!seen) {
            throw new BadRequestException("inputs", "none", "one, " + contract.inputName());
        }
        if (!contract.inputName().equals(name)) {
            throw new BadRequestException(WHERE + ".name", name, contract.inputName());
        }
        if (!contract.inputType().equals(type)) {
            throw new BadRequestException(WHERE + ".datatype", type, contract.inputType());
        }
        if (shape == null || !contract.accepts(shape)) {
            throw new BadRequestException(WHERE + ".shape", shape, contract.expectedShape());
        }
        return shape.get(0).intValue();
    }

    /** @param tail the body's bytes after the JSON */
    ByteBuffer images(int count, ByteBuffer tail) throws BadRequestException {
        if (values != null && binaryBytes != null) {
            throw new BadRequestException(WHERE, "data and parameters.binary_data_size", "one of them");
        }
        return binaryBytes == null ? numbers(count, tail) : binary(count, tail);
    }

    private ByteBuffer numbers(int count, ByteBuffer tail) throws BadRequestException {
        int expected = count * contract.input().imageValues();
        if (values == null) {
            throw new BadRequestException(WHERE, "neither data nor parameters.binary_data_size", expected + " values");
        }
        if (tail.hasRemaining()) {
            throw new BadRequestException("the body", tail.remaining() + " bytes after the JSON", "none");
        }
        if (values.count() != expected) {
            throw new BadRequestException(
                    WHERE + ".data", values.count() + " values", expected + " for shape " + shape);
        }
        return values.bytes();
    }

    private ByteBuffer binary(int count, ByteBuffer tail) throws BadRequestException {
        int expected = count * contract.input().imageBytes();
        if (binaryBytes != expected) {
            throw new BadRequestException(
                    WHERE + ".parameters.binary_data_size", binaryBytes, expected + " for shape " + shape);
        }
        if (tail.remaining() != expected) {
            throw new BadRequestException(
                    "the body", tail.remaining() + " bytes after the JSON", expected + ", its binary_data_size");
        }
        if (contract.input().normalised()) {
            requireFinite(tail.order(ByteOrder.LITTLE_ENDIAN));
        }
        return tail;
    }

    private static void requireFinite(ByteBuffer floats) throws BadRequestException {
        for (int i = 0; i < floats.limit() / Float.BYTES; i++) {
            float value = floats.getFloat(i * Float.BYTES);
            if (!Float.isFinite(value)) {
                throw new BadRequestException(WHERE + ", value " + i, value, "a finite number");
            }
        }
    }
}
