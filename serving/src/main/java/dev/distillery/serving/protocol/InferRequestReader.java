package dev.distillery.serving.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** Reads a request as it streams by: a tree of its numbers would take twenty times the memory. */
public final class InferRequestReader {
    private static final JsonFactory JSON = new JsonFactory();

    private final JsonFields fields;
    private final InputReader input;
    private final OutputsReader outputs;
    private String id;
    private boolean binaryOutput;

    private InferRequestReader(JsonParser json, TensorContract contract) {
        this.fields = new JsonFields(json);
        this.input = new InputReader(contract);
        this.outputs = new OutputsReader(contract);
    }

    /**
     * @param body the whole body; not copied, so it belongs to the request from now on
     * @param jsonBytes how many bytes of it are JSON; the rest is the input's values
     * @throws BadRequestException if it is no request of the protocol, or none for this model
     */
    public static InferRequest read(byte[] body, int jsonBytes, TensorContract contract) throws BadRequestException {
        try (JsonParser json = JSON.createParser(body, 0, jsonBytes)) {
            InferRequestReader reader = new InferRequestReader(json, contract);
            reader.readAll();
            int count = reader.input.count();
            ByteBuffer tail =
                    ByteBuffer.wrap(body, jsonBytes, body.length - jsonBytes).slice();
            return new InferRequest(
                    reader.id, reader.input.images(count, tail), count, reader.outputs.outputs(reader.binaryOutput));
        } catch (JsonProcessingException e) {
            throw new BadRequestException(
                    "the request: got no JSON (" + e.getOriginalMessage() + ", byte "
                            + e.getLocation().getByteOffset() + "), expected an object with inputs",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException("an array cannot fail to be read", e);
        }
    }

    private void readAll() throws IOException, BadRequestException {
        fields.parser().nextToken();
        fields.object("the request", field -> {
            switch (field) {
                case "id" -> id = fields.text("id");
                case "parameters" -> readParameters();
                case "inputs" -> input.read(fields);
                case "outputs" -> outputs.read(fields);
                default -> fields.skip();
            }
        });
        if (fields.parser().nextToken() != null) {
            throw new BadRequestException("the request", fields.got() + " after its end", "one JSON object");
        }
    }

    private void readParameters() throws IOException, BadRequestException {
        fields.object("parameters", parameter -> {
            if (parameter.equals("binary_data_output")) {
                binaryOutput = fields.flag("parameters.binary_data_output");
            } else {
                fields.skipParameter("parameters", parameter);
            }
        });
    }
}
