package dev.distillery.trainer.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distillery.trainer.network.Weights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Weights in the safetensors format: a 64-bit little-endian header length, a JSON header, then the values as float32,
 * little-endian. PyTorch reads it with {@code safetensors.torch.load_file}.
 *
 * <p>Shapes are written flat, {@code (size)}: whoever reads knows the network.
 */
public final class SafeTensors {
    private static final ObjectMapper JSON = new ObjectMapper();

    private SafeTensors() {}

    public static byte[] write(Weights weights) {
        ObjectNode header = JSON.createObjectNode();
        long offset = 0;
        for (Map.Entry<String, float[]> entry : weights.values().entrySet()) {
            ObjectNode tensor = header.putObject(entry.getKey()).put("dtype", "F32");
            tensor.putArray("shape").add(entry.getValue().length);
            long end = offset + (long) entry.getValue().length * Float.BYTES;
            tensor.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(Math.toIntExact(Long.BYTES + json.length + offset))
                .order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(json.length).put(json);
        for (float[] value : weights.values().values()) {
            file.asFloatBuffer().put(value);
            file.position(file.position() + value.length * Float.BYTES);
        }
        return file.array();
    }

    /** @throws IOException if the bytes are no such file, or cut short */
    public static Weights read(byte[] bytes) throws IOException {
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < Long.BYTES || file.getLong() < 2 || file.getLong(0) > bytes.length - Long.BYTES) {
            throw new IOException("no safetensors header in " + bytes.length + " bytes");
        }
        int headerLength = (int) file.getLong(0);
        JsonNode header = JSON.readTree(bytes, Long.BYTES, headerLength);
        int start = Long.BYTES + headerLength;
        Map<String, float[]> values = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> tensor : header.properties()) {
            if (tensor.getKey().equals("__metadata__")) {
                continue;
            }
            long from = tensor.getValue().at("/data_offsets/0").asLong(-1);
            long to = tensor.getValue().at("/data_offsets/1").asLong(-1);
            boolean inside = from >= 0 && to >= from && start + to <= bytes.length;
            if (!inside || !tensor.getValue().path("dtype").asText().equals("F32")) {
                throw new IOException(tensor.getKey() + ": got " + tensor.getValue() + ", expected F32 within "
                        + (bytes.length - start) + " bytes");
            }
            float[] value = new float[(int) ((to - from) / Float.BYTES)];
            file.position((int) (start + from));
            file.asFloatBuffer().get(value);
            values.put(tensor.getKey(), value);
        }
        return new Weights(values);
    }
}
