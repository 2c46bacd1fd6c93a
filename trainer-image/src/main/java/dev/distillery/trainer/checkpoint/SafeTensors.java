package dev.distillery.trainer.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Named values in the safetensors format: a 64-bit little-endian header length, a JSON header, then the values as float32,
 * little-endian. PyTorch reads it with {@code safetensors.torch.load_file}.
 *
 * <p>Shapes are written flat, {@code (size)}: whoever reads knows the network.
 *
 * @param values by name
 * @param metadata texts of the writer's own
 */
public record SafeTensors(Map<String, float[]> values, Map<String, String> metadata) {
    private static final String METADATA = "__metadata__";
    private static final int MAX_HEADER_BYTES = 100_000_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    public void write(OutputStream out) throws IOException {
        ObjectNode header = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode texts = header.putObject(METADATA);
            metadata.forEach(texts::put);
        }
        long offset = 0;
        for (Map.Entry<String, float[]> entry : values.entrySet()) {
            ObjectNode tensor = header.putObject(entry.getKey()).put("dtype", "F32");
            tensor.putArray("shape").add(entry.getValue().length);
            long end = offset + (long) entry.getValue().length * Float.BYTES;
            tensor.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        out.write(littleEndian(Long.BYTES).putLong(json.length).array());
        out.write(json);
        for (float[] value : values.values()) {
            ByteBuffer bytes = littleEndian(Math.multiplyExact(value.length, Float.BYTES));
            bytes.asFloatBuffer().put(value);
            out.write(bytes.array());
        }
    }

    /** @throws IOException if the file cannot be read, is no such file, or is cut short */
    public static SafeTensors read(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path)) {
            JsonNode header = header(file);
            long start = file.position();
            Map<String, float[]> values = new LinkedHashMap<>();
            Map<String, String> metadata = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> entry : header.properties()) {
                if (entry.getKey().equals(METADATA)) {
                    entry.getValue()
                            .properties()
                            .forEach(text ->
                                    metadata.put(text.getKey(), text.getValue().asText()));
                } else {
                    values.put(entry.getKey(), tensor(file, start, entry.getKey(), entry.getValue()));
                }
            }
            return new SafeTensors(values, metadata);
        }
    }

    private static JsonNode header(FileChannel file) throws IOException {
        ByteBuffer length = littleEndian(Long.BYTES);
        while (length.hasRemaining() && file.read(length) >= 0) {}
        long bytes = length.hasRemaining() ? -1 : length.getLong(0);
        if (bytes < 2 || bytes > file.size() - Long.BYTES || bytes > MAX_HEADER_BYTES) {
            throw new IOException("no safetensors header in " + file.size() + " bytes");
        }
        ByteBuffer json = ByteBuffer.allocate((int) bytes);
        while (json.hasRemaining() && file.read(json) >= 0) {}
        return JSON.readTree(json.array());
    }

    private static float[] tensor(FileChannel file, long start, String name, JsonNode described) throws IOException {
        long from = described.at("/data_offsets/0").asLong(-1);
        long to = described.at("/data_offsets/1").asLong(-1);
        long size = to - from;
        if (!described.path("dtype").asText().equals("F32")
                || from < 0
                || size < 0
                || size > Integer.MAX_VALUE
                || to > file.size() - start
                || size % Float.BYTES != 0) {
            throw new IOException("tensor " + name + " is not F32 within the file");
        }
        float[] value = new float[(int) (size / Float.BYTES)];
        file.map(FileChannel.MapMode.READ_ONLY, start + from, size)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(value);
        return value;
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
