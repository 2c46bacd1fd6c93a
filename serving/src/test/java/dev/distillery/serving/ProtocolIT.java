package dev.distillery.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.inference.PublishedModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The protocol over HTTP, against ONNX Runtime called directly. */
class ProtocolIT {
    private static final String INFER = "/v2/models/tiny/infer";
    private static final int IMAGE = TestModels.SIDE * TestModels.SIDE;

    @TempDir
    static Path folder;

    private static ServerUnderTest server;
    private static PublishedModel direct;

    @BeforeAll
    static void start() throws IOException {
        Path model = TestModels.pixels(folder);
        direct = PublishedModel.load(model.resolve("7/model.onnx"), 1);
        server = ServerUnderTest.start(folder, model);
    }

    @AfterAll
    static void stop() {
        server.close();
        direct.close();
    }

    @Test
    void tellsWhatItServes() throws Exception {
        assertThat(ServerUnderTest.json(server.get("/v2")).get("extensions").toString())
                .contains("binary_tensor_data");
        for (String path : List.of("/v2/models/tiny", "/v2/models/tiny/versions/7")) {
            JsonNode model = ServerUnderTest.json(server.get(path));
            assertThat(model.toString())
                    .isEqualTo("{\"name\":\"tiny\",\"versions\":[\"7\"],\"platform\":\"onnx_onnxv1\",\"inputs\":"
                            + "[{\"name\":\"images\",\"datatype\":\"UINT8\",\"shape\":[-1,8,8,1]}],\"outputs\":"
                            + "[{\"name\":\"logits\",\"datatype\":\"FP32\",\"shape\":[-1,3]},"
                            + "{\"name\":\"probabilities\",\"datatype\":\"FP32\",\"shape\":[-1,3]}]}");
            assertThat(server.get(path + "/ready").statusCode()).isEqualTo(200);
        }
        JsonNode index = ServerUnderTest.json(server.post("/v2/repository/index", new byte[0]));
        assertThat(index.at("/0/name").asText()).isEqualTo("tiny");
        assertThat(server.get("/v2/health/live").statusCode()).isEqualTo(200);
        assertThat(server.get("/v2/health/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void answersAsOnnxRuntimeDoes() throws Exception {
        for (int count : new int[] {1, 3, 64}) {
            byte[] images = TestModels.images(count);
            float[] expected = expected(images, count);
            assertThat(floats(ServerUnderTest.json(server.post(INFER, flat(images, count)))))
                    .containsExactly(expected);
            assertThat(floats(ServerUnderTest.json(server.post(INFER, nested(images, count)))))
                    .containsExactly(expected);
            assertThat(binary(images, count)).containsExactly(expected);
        }
    }

    @Test
    void givesBackTheIdAndOnlyWhatWasAskedFor() throws Exception {
        String request = new String(flat(TestModels.images(1), 1), StandardCharsets.UTF_8);
        JsonNode answer = ServerUnderTest.json(server.post(
                INFER,
                ("{\"id\":\"ä 1\",\"outputs\":[{\"name\":\"probabilities\"}]," + request.substring(1))
                        .getBytes(StandardCharsets.UTF_8)));
        assertThat(answer.get("id").asText()).isEqualTo("ä 1");
        assertThat(answer.get("model_version").asText()).isEqualTo("7");
        assertThat(answer.at("/outputs")).hasSize(1);
        assertThat(answer.at("/outputs/0/name").asText()).isEqualTo("probabilities");
        assertThat(answer.at("/outputs/0/shape").toString()).isEqualTo("[1,3]");
    }

    /** Requests of different sizes at once, so that they run together, and none gets another's answer. */
    @Test
    void manyAtOnceGetTheirOwnAnswers() throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(16);
        try {
            List<Future<float[]>> answers = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                int count = 1 + i % 9;
                answers.add(callers.submit(() -> binary(TestModels.images(count), count)));
            }
            for (int i = 0; i < answers.size(); i++) {
                int count = 1 + i % 9;
                assertThat(answers.get(i).get()).containsExactly(expected(TestModels.images(count), count));
            }
        } finally {
            callers.shutdownNow();
        }
        String metrics = new String(server.get("/metrics").body(), StandardCharsets.UTF_8);
        assertThat(metrics)
                .contains("distillery_requests_seconds_count{operation=\"infer\",status=\"200\"}")
                .contains("distillery_batch_images_max")
                .contains("distillery_inference_seconds");
    }

    @ParameterizedTest
    @CsvSource({
        "GET,    /v2/models/other,                    404",
        "GET,    /v2/models/tiny/versions/8,          404",
        "GET,    /v2/models/tiny/config,              404",
        "GET,    /v2/nothing,                         404",
        "GET,    /v2/models/tiny/infer,               405",
        "DELETE, /v2,                                 405",
        "POST,   /v2/models/tiny/versions/8/infer,    404",
        "POST,   /v2/models/tiny/infer,               400",
    })
    void wrongPathsAndMethodsAreErrorsOfTheProtocol(String method, String path, int status) throws Exception {
        HttpResponse<byte[]> response = server.send(
                HttpRequest.newBuilder(server.at(path)).method(method, HttpRequest.BodyPublishers.noBody()));
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(ServerUnderTest.error(response)).contains("got ");
    }

    static Stream<String> headerLengths() {
        return Stream.of("-1", "1e3", "99999999999", "1000", "");
    }

    @ParameterizedTest
    @MethodSource("headerLengths")
    void aHeaderLengthBeyondTheBodyIsRefused(String length) throws Exception {
        HttpResponse<byte[]> response = server.send(HttpRequest.newBuilder(server.at(INFER))
                .header("Inference-Header-Content-Length", length)
                .POST(HttpRequest.BodyPublishers.ofString("{}")));
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(ServerUnderTest.error(response)).contains("Inference-Header-Content-Length");
    }

    private static float[] expected(byte[] images, int count) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(images.length).put(images).flip();
        return direct.run(buffer, count).get(PublishedModel.PROBABILITIES);
    }

    private static byte[] flat(byte[] images, int count) throws IOException {
        return request(
                count,
                IntStream.range(0, images.length)
                        .map(i -> images[i] & 0xff)
                        .boxed()
                        .toList());
    }

    private static byte[] nested(byte[] images, int count) throws IOException {
        List<Object> batch = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<Object> rows = new ArrayList<>();
            for (int y = 0; y < TestModels.SIDE; y++) {
                List<Object> row = new ArrayList<>();
                for (int x = 0; x < TestModels.SIDE; x++) {
                    row.add(List.of(images[i * IMAGE + y * TestModels.SIDE + x] & 0xff));
                }
                rows.add(row);
            }
            batch.add(rows);
        }
        return request(count, batch);
    }

    private static byte[] request(int count, Object data) throws IOException {
        return new ObjectMapper()
                .writeValueAsBytes(Map.of(
                        "inputs",
                        List.of(Map.of(
                                "name",
                                "images",
                                "datatype",
                                "UINT8",
                                "shape",
                                List.of(count, 8, 8, 1),
                                "data",
                                data))));
    }

    /** @return the probabilities, which come after the logits */
    private static float[] floats(JsonNode answer) {
        assertThat(answer.at("/outputs/1/name").asText()).isEqualTo("probabilities");
        JsonNode data = answer.at("/outputs/1/data");
        float[] values = new float[data.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = data.get(i).floatValue();
        }
        return values;
    }

    /** Values both ways as bytes; the probabilities come after the logits. */
    private static float[] binary(byte[] images, int count) throws IOException, InterruptedException {
        byte[] json = ("{\"parameters\":{\"binary_data_output\":true},\"inputs\":[{\"name\":\"images\",\"datatype\":"
                        + "\"UINT8\",\"shape\":[" + count + ",8,8,1],\"parameters\":{\"binary_data_size\":"
                        + images.length + "}}]}")
                .getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(json);
        body.writeBytes(images);
        HttpResponse<byte[]> response = server.send(HttpRequest.newBuilder(server.at(INFER))
                .header("Inference-Header-Content-Length", Integer.toString(json.length))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray())));
        assertThat(response.statusCode())
                .as(new String(response.body(), StandardCharsets.UTF_8))
                .isEqualTo(200);
        int jsonBytes = Integer.parseInt(
                response.headers().firstValue("Inference-Header-Content-Length").orElseThrow());
        byte[] answer = response.body();
        float[] values = new float[(answer.length - jsonBytes) / Float.BYTES];
        ByteBuffer.wrap(answer, jsonBytes, answer.length - jsonBytes)
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values);
        assertThat(values).hasSize(2 * 3 * count);
        return Arrays.copyOfRange(values, values.length / 2, values.length);
    }
}
