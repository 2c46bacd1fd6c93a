package dev.distillery.trainer.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.inference.TinyOnnx;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictTest {
    /** Softmax in float32. */
    private static final double FLOAT_ERROR = 1e-5;

    private static final Map<String, String> LABELS = Map.of("distillery.labels", "shirt\nankle boot\nbag");

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private String picture;

    @BeforeEach
    void writePicture() throws IOException {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setSample(0, 0, 0, 100);
        image.getRaster().setSample(1, 0, 0, 200);
        picture = folder.resolve("picture.png").toString();
        ImageIO.write(image, "png", Path.of(picture).toFile());
    }

    /** logits 1, 2, 0 from pixels 100, 200. */
    private byte[] raw(Map<String, String> metadata) {
        return TinyOnnx.model(true, new long[] {1, 2, 1}, new float[] {0.01f, 0, 0, 0, 0.01f, 0}, metadata);
    }

    @Test
    void printsTheMostLikelyClassesAsATable() throws Exception {
        assertThat(run(model(raw(LABELS)), picture, picture, "--top", "2")).isZero();
        String padding = " ".repeat(picture.length());
        assertThat(text(out).lines())
                .containsExactly(
                        "IMAGE" + padding.substring(5) + "  CLASS       PROBABILITY",
                        picture + "  ankle boot       0.6652",
                        padding + "  shirt            0.2447",
                        picture + "  ankle boot       0.6652",
                        padding + "  shirt            0.2447");
        assertThat(text(err)).isEmpty();
    }

    @Test
    void printsJson() throws Exception {
        assertThat(run("--output=json", model(raw(LABELS)), picture)).isZero();
        JsonNode predictions = new ObjectMapper().readTree(text(out)).at("/0/predictions");
        assertThat(predictions).hasSize(3);
        assertThat(predictions.at("/0/label").asInt()).isEqualTo(1);
        assertThat(predictions.at("/0/class").asText()).isEqualTo("ankle boot");
        assertThat(predictions.at("/0/probability").asDouble())
                .isCloseTo(Math.exp(2) / (Math.exp(1) + Math.exp(2) + 1), within(FLOAT_ERROR));
    }

    @Test
    void normalisesForAModelThatWantsIt() throws Exception {
        Map<String, String> metadata = Map.of("distillery.mean", "0.1, 0.2,0.3", "distillery.std", "0.5,0.25,2");
        // input (3, 1, 2); the logit of class 0 is blue's second pixel, that of class 1 is red's first
        float[] weights = new float[12];
        weights[1] = 1;
        weights[10] = 1;
        assertThat(run("--output=json", model(TinyOnnx.model(false, new long[] {3, 1, 2}, weights, metadata)), picture))
                .isZero();
        double blue = (200 / 255.0 - 0.3) / 2;
        double red = (100 / 255.0 - 0.1) / 0.5;
        JsonNode best = new ObjectMapper().readTree(text(out)).at("/0/predictions/0");
        assertThat(best.path("class").asText()).isEqualTo("class-1");
        assertThat(best.path("probability").asDouble()).isCloseTo(1 / (1 + Math.exp(blue - red)), within(FLOAT_ERROR));
    }

    @Test
    void findsTheLatestVersionOfAModel() throws Exception {
        for (String version : List.of("2", "10", ".staging-x", "11")) {
            Files.createDirectories(folder.resolve("m").resolve(version));
        }
        Files.write(folder.resolve("m/2/model.onnx"), raw(Map.of("distillery.labels", "a\nold\nb")));
        Files.write(folder.resolve("m/10/model.onnx"), raw(Map.of("distillery.labels", "a\nnew\nb")));
        assertThat(run(folder.resolve("m").toString(), picture)).isZero();
        assertThat(text(out)).contains("new").doesNotContain("old");
        assertThat(run(folder.resolve("m/2").toString(), picture)).isZero();
        assertThat(run(folder.resolve("m/2").toUri().toString(), picture)).isZero();
        assertThat(text(out)).contains("old");
    }

    @Test
    void oneMessageForWhatIsMissingOrBroken() throws Exception {
        Path text = Files.writeString(folder.resolve("text.onnx"), "no model");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        String good = model(raw(LABELS));
        String two = Files.write(
                        folder.resolve("two.onnx"),
                        TinyOnnx.model(true, new long[] {1, 1, 2}, new float[] {1, 1}, LABELS))
                .toString();
        String noMean = Files.write(
                        folder.resolve("mean.onnx"),
                        TinyOnnx.model(false, new long[] {1, 1, 2}, new float[] {1, 1}, LABELS))
                .toString();
        refused(11, "ONNX Runtime can load", text.toString(), picture);
        refused(11, "without model.onnx", empty.toString(), picture);
        refused(11, "nothing there", folder.resolve("none").toString(), picture);
        refused(11, "distillery pull", "oci://registry.example/models/vision:3", picture);
        refused(11, "channels 1 or 3", two, picture);
        String otherOutput =
                Files.write(folder.resolve("output.onnx"), renamed(raw(LABELS))).toString();
        refused(11, "outputs [logits, scores_______]", otherOutput, picture);
        refused(11, "distillery.mean", noMean, picture);
        refused(11, "no picture of a known format", good, picture, text.toString());
        refused(11, "nothing there", good, folder.resolve("none.png").toString());
    }

    @Test
    void wrongUsageIsSaidToBeSo() throws Exception {
        refused(2, "got nothing");
        refused(2, "no picture", "model.onnx");
        refused(2, "--topp", "model.onnx", "a.png", "--topp", "3");
        refused(2, "--top: got 0", "model.onnx", "a.png", "--top", "0");
        refused(2, "--top without a value", "model.onnx", "a.png", "--top");
        refused(2, "--output: got xml", "model.onnx", "a.png", "--output", "xml");
        assertThat(run("--help")).isZero();
        assertThat(text(out)).startsWith("Usage: predict MODEL IMAGE...");
    }

    /** Same length, so the protobuf stays whole. */
    private static byte[] renamed(byte[] onnx) {
        return new String(onnx, StandardCharsets.ISO_8859_1)
                .replace("probabilities", "scores_______")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private void refused(int exitCode, String part, String... arguments) {
        assertThat(run(arguments)).as(part).isEqualTo(exitCode);
        assertThat(text(out)).isEmpty();
        assertThat(text(err).lines()).hasSize(1);
        assertThat(text(err)).startsWith("predict: ").contains(part);
    }

    private int run(String... arguments) {
        out.reset();
        err.reset();
        return new Predict(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(List.of(arguments));
    }

    private String model(byte[] onnx) throws IOException {
        return Files.write(folder.resolve("model.onnx"), onnx).toString();
    }

    private static String text(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8);
    }
}
