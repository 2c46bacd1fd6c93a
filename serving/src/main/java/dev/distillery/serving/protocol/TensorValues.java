package dev.distillery.serving.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The numbers of an input, flat or nested row by row, read from JSON into the bytes that the model takes. Memory grows with
 * what was read and ends at the largest batch, whatever the request claims.
 */
final class TensorValues {
    private static final int FIRST_CAPACITY = 4096;
    /** Nested rows of a batch of images. */
    private static final int DEPTH = 4;

    private final JsonFields fields;
    private final JsonParser json;
    private final TensorContract contract;
    private final int most;
    private ByteBuffer bytes = ByteBuffer.allocate(FIRST_CAPACITY).order(ByteOrder.LITTLE_ENDIAN);
    private int count;

    private TensorValues(JsonFields fields, TensorContract contract) {
        this.fields = fields;
        this.json = fields.parser();
        this.contract = contract;
        this.most = contract.maxImages() * contract.input().imageValues();
    }

    /** @param fields at the value of {@code data} */
    static TensorValues read(JsonFields fields, TensorContract contract) throws IOException, BadRequestException {
        TensorValues values = new TensorValues(fields, contract);
        values.readRow(1);
        return values;
    }

    private void readRow(int depth) throws IOException, BadRequestException {
        if (depth > DEPTH) {
            throw new BadRequestException(
                    "inputs[0].data",
                    "rows nested deeper than " + DEPTH,
                    contract.expectedShape() + ", or a flat array");
        }
        fields.array("inputs[0].data", i -> {
            if (json.currentToken() == JsonToken.START_ARRAY) {
                readRow(depth + 1);
            } else {
                add();
            }
        });
    }

    private void add() throws IOException, BadRequestException {
        if (count == most) {
            throw new BadRequestException(
                    "inputs[0].data", "more than " + most + " values", "at most " + contract.maxImages() + " images");
        }
        if (bytes.remaining() < Float.BYTES) {
            bytes = ByteBuffer.allocate(2 * bytes.capacity())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .put(bytes.flip());
        }
        if (contract.input().normalised()) {
            bytes.putFloat(real());
        } else {
            bytes.put(pixel());
        }
        count++;
    }

    private float real() throws IOException, BadRequestException {
        if (!json.currentToken().isNumeric()) {
            throw wrong("a number");
        }
        float value = json.getFloatValue();
        if (!Float.isFinite(value)) {
            throw wrong("a number within float32");
        }
        return value;
    }

    private byte pixel() throws IOException, BadRequestException {
        boolean pixel = json.currentToken() == JsonToken.VALUE_NUMBER_INT
                && json.getNumberType() == JsonParser.NumberType.INT
                && json.getIntValue() >= 0
                && json.getIntValue() <= 255;
        if (!pixel) {
            throw wrong("a whole number from 0 to 255");
        }
        return (byte) json.getIntValue();
    }

    private BadRequestException wrong(String expected) throws IOException {
        return new BadRequestException("inputs[0].data, value " + count, fields.got(), expected);
    }

    int count() {
        return count;
    }

    ByteBuffer bytes() {
        return bytes.flip();
    }
}
