package dev.distillery.serving.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * The bytes of an answer.
 *
 * @param jsonBytes how many of them are JSON; as many as there are if no output is binary
 */
public record InferResponse(byte[] body, int jsonBytes) {
    /** Carries {@link #jsonBytes} where values follow the JSON, in requests and answers. */
    public static final String HEADER_LENGTH = "Inference-Header-Content-Length";

    private static final JsonFactory JSON = new JsonFactory();

    /** @param values by output, float32 (count, classes) row-major */
    public static InferResponse of(
            String model, String version, InferRequest request, Map<String, float[]> values, int classes) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(body)) {
            json.writeStartObject();
            json.writeStringField("model_name", model);
            json.writeStringField("model_version", version);
            if (request.id() != null) {
                json.writeStringField("id", request.id());
            }
            json.writeArrayFieldStart("outputs");
            for (InferRequest.Output output : request.outputs()) {
                write(json, output, values.get(output.name()), request.count(), classes);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot fail to be written", e);
        }
        int jsonBytes = body.size();
        for (InferRequest.Output output : request.outputs()) {
            if (output.binary()) {
                body.writeBytes(bytes(values.get(output.name())));
            }
        }
        return new InferResponse(body.toByteArray(), jsonBytes);
    }

    private static void write(JsonGenerator json, InferRequest.Output output, float[] values, int count, int classes)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("name", output.name());
        json.writeStringField("datatype", "FP32");
        json.writeFieldName("shape");
        json.writeArray(new int[] {count, classes}, 0, 2);
        if (output.binary()) {
            json.writeObjectFieldStart("parameters");
            json.writeNumberField("binary_data_size", values.length * Float.BYTES);
            json.writeEndObject();
        } else {
            json.writeArrayFieldStart("data");
            for (float value : values) {
                json.writeNumber(value);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static byte[] bytes(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }
}
