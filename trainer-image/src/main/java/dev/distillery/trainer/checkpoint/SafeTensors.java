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
    private static final ObjectMapper JSON = new ObjectMapper();

    void write(OutputStream out) throws IOException {
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

    /** @return the file's content, mapped; at most 2 GiB */
    public static ByteBuffer map(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new IOException(file + " has " + channel.size() + " bytes, expected at most 2 GiB");
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
        }
    }

    /** @throws IOException if the bytes are no such file, or cut short */
    public static SafeTensors read(ByteBuffer content) throws IOException {
        ByteBuffer file = content.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int size = file.limit();
        if (size < Long.BYTES || file.getLong(0) < 2 || file.getLong(0) > size - Long.BYTES) {
            throw new IOException("no safetensors header in " + size + " bytes");
        }
        byte[] json = new byte[Math.toIntExact(file.getLong(0))];
        file.get(Long.BYTES, json);
        int start = Long.BYTES + json.length;
        Map<String, float[]> values = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> tensor : JSON.readTree(json).properties()) {
            if (tensor.getKey().equals(METADATA)) {
                tensor.getValue()
                        .properties()
                        .forEach(text ->
                                metadata.put(text.getKey(), text.getValue().asText()));
                continue;
            }
            long from = tensor.getValue().at("/data_offsets/0").asLong(-1);
            long to = tensor.getValue().at("/data_offsets/1").asLong(-1);
            if (!tensor.getValue().path("dtype").asText().equals("F32")
                    || from < 0
                    || to < from
                    || to > size - start
                    || (to - from) % Float.BYTES != 0) {
                throw new IOException("tensor " + tensor.getKey() + " is not F32 within the file");
            }
            float[] value = new float[(int) (to - from) / Float.BYTES];
            file.position(start + (int) from);
            file.asFloatBuffer().get(value);
            values.put(tensor.getKey(), value);
        }
        return new SafeTensors(values, metadata);
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
