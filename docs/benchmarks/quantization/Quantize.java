import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.recipe.ResolvedRecipe;
import dev.distillery.trainer.data.DataSet;
import dev.distillery.trainer.data.DataSets;
import dev.distillery.trainer.data.ImageSet;
import dev.distillery.trainer.data.SourceLocation;
import dev.distillery.trainer.gate.OnnxGate;
import dev.distillery.trainer.network.Normalization;
import dev.distillery.trainer.quantization.QuantizedModel;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Quantises a published model as the trainer does, and writes it with the calibration and validation images (as arrays of
 * NumPy), so that another quantiser can do the same work.
 */
public final class Quantize {
    private static final int CALIBRATION_IMAGES = 512;

    public static void main(String[] arguments) throws IOException {
        Path version = Path.of(arguments[0]);
        Path out = Files.createDirectories(Path.of(arguments[1]));
        ResolvedRecipe recipe =
                new ObjectMapper().readValue(version.resolve("recipe.json").toFile(), ResolvedRecipe.class);
        DataSet data = DataSets.load(recipe.spec().dataset(), new SourceLocation(Map.of()), 2);
        Normalization normalization = new Normalization(data.mean(), data.std());
        byte[] model = Files.readAllBytes(version.resolve("model.onnx"));
        long start = System.nanoTime();
        byte[] quantized = QuantizedModel.of(model, normalization, data.train(), 2);
        System.err.printf("quantised in %.1f s%n", (System.nanoTime() - start) / 1e9);
        Files.write(out.resolve("ours.onnx"), quantized);
        int count = data.train().count();
        int chosen = Math.min(CALIBRATION_IMAGES, count);
        write(out.resolve("calibration.npy"), data.train(), IntStream.range(0, chosen)
                .map(i -> (int) ((long) i * count / chosen)));
        write(out.resolve("validation.npy"), data.validation(), IntStream.range(0, data.validation().count()));
        StringBuilder labels = new StringBuilder();
        for (int i = 0; i < data.validation().count(); i++) {
            labels.append(data.validation().label(i)).append('\n');
        }
        Files.writeString(out.resolve("labels.txt"), labels);
        float[] none = new float[data.validation().count() * data.classes().size()];
        for (byte[] each : new byte[][] {model, quantized}) {
            OnnxGate.Measurement measured = OnnxGate.measure(each, normalization, data.validation(), none);
            System.err.printf(
                    "%,d bytes, top-1 %.4f, %s%n", each.length, measured.confusion().top1(), measured.latencies());
        }
    }

    /** NumPy's format, version 1.0: uint8 (images, height, width, channels). */
    private static void write(Path file, ImageSet images, IntStream indices) throws IOException {
        int[] chosen = indices.toArray();
        String header = "{'descr': '|u1', 'fortran_order': False, 'shape': (%d, %d, %d, %d), }"
                .formatted(chosen.length, images.height(), images.width(), images.channels());
        String padded = header + " ".repeat(Math.floorMod(-(10 + header.length() + 1), 64)) + "\n";
        ByteBuffer prefix = ByteBuffer.allocate(10 + padded.length()).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        prefix.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) 1).put((byte) 0);
        prefix.putShort((short) padded.length()).put(padded.getBytes(StandardCharsets.US_ASCII));
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(prefix.array());
            byte[] pixels = new byte[images.imageBytes()];
            ByteBuffer buffer = ByteBuffer.allocateDirect(pixels.length);
            for (int index : chosen) {
                images.write(index, 1, buffer);
                buffer.get(0, pixels);
                out.write(pixels);
            }
        }
    }
}
