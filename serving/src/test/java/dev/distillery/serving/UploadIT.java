package dev.distillery.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures from people who mean well, and from others. After each test the server must still answer. */
class UploadIT {
    private static final String CLASSIFY = "/classify";
    private static final int MAX_PICTURE = 16 << 20;
    private static final int MAX_TENSOR = 32 << 20;
    /** Heap, decoder's memory and ONNX Runtime; a server that decodes without limits passes it at once. */
    private static final long MOST_MEBIBYTES = 1700;

    @TempDir
    static Path folder;

    private static ServerUnderTest server;
    private static byte[] picture;

    @BeforeAll
    static void start() throws IOException {
        server = ServerUnderTest.start(folder, TestModels.pixels(folder));
        picture = png(TestModels.SIDE, TestModels.SIDE);
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
        assertThat(server.output()).doesNotContain(" ERROR ");
    }

    @AfterEach
    void stillAnswers() throws Exception {
        assertThat(server.post(CLASSIFY, picture).statusCode()).isEqualTo(200);
        assertThat(server.peakMebibytes()).isLessThan(MOST_MEBIBYTES);
    }

    @Test
    void classifiesAPicture() throws Exception {
        JsonNode answer = ServerUnderTest.json(server.post(CLASSIFY + "?top=2", picture));
        assertThat(answer.get("model").asText()).isEqualTo("tiny");
        assertThat(answer.get("predictions")).hasSize(2);
        double first = answer.at("/predictions/0/probability").asDouble();
        assertThat(first)
                .isGreaterThanOrEqualTo(answer.at("/predictions/1/probability").asDouble());
        assertThat(answer.at("/predictions/0/class").asText()).isIn("shirt", "ankle boot", "bag");
        assertThat(ServerUnderTest.json(server.post(CLASSIFY + "?top=1000", picture))
                        .get("predictions"))
                .hasSize(3);
    }

    @Test
    void badParametersAreRefused() throws Exception {
        refused(400, "top: got 0", server.post(CLASSIFY + "?top=0", picture));
        refused(400, "top: got x", server.post(CLASSIFY + "?top=x", picture));
        refused(405, "expected POST", server.get(CLASSIFY));
        refused(415, "got multipart/form-data", typed("multipart/form-data; boundary=x"));
        refused(415, "got application/json", typed("application/json"));
        refused(
                415,
                "Content-Encoding: got gzip",
                server.send(post(CLASSIFY, picture).header("Content-Encoding", "gzip")));
    }

    /** Its header says so; decoded, every scan would cost a pass over the picture. */
    @Test
    void aJpegOfThousandsOfScansIsRefused() throws Exception {
        byte[] jpeg = encoded(8, 8, "jpeg");
        int frame = new String(jpeg, StandardCharsets.ISO_8859_1).indexOf("\u00ff\u00c0");
        jpeg[frame + 1] = (byte) 0xC2;
        ByteArrayOutputStream more = new ByteArrayOutputStream();
        more.write(jpeg, 0, jpeg.length - 2);
        for (int i = 0; i < 5000; i++) {
            more.writeBytes(HexFormat.of().parseHex("ffda0008010100013f00"));
        }
        refused(400, "a JPEG of 5001 scans; at most 500", server.post(CLASSIFY, more.toByteArray()));
    }

    @Test
    void whatIsNoPictureIsRefused() throws Exception {
        refused(400, "empty", server.post(CLASSIFY, new byte[0]));
        refused(400, "no JPEG or PNG", server.post(CLASSIFY, "<svg/>".getBytes(StandardCharsets.UTF_8)));
        refused(400, "no JPEG or PNG", server.post(CLASSIFY, encoded(8, 8, "gif")));
    }

    @Test
    void brokenPicturesAreRefused() throws Exception {
        byte[] jpeg = encoded(64, 64, "jpg");
        for (byte[] whole : List.of(jpeg, png(64, 64))) {
            for (int length : new int[] {3, 9, 20, 60, whole.length / 2, whole.length * 3 / 4}) {
                refused(400, "the picture", server.post(CLASSIFY, Arrays.copyOf(whole, length)));
            }
        }
    }

    /** Some kilobytes of zeros that would become gigabytes. */
    @Test
    void decompressionBombsAreRefusedByTheirHeader() throws Exception {
        refused(400, "40000x40000 pixels", server.post(CLASSIFY, bomb(40_000, 40_000, 1000)));
        refused(400, "header says", server.post(CLASSIFY, bomb(0, 5, 1)));
        refused(400, "header says", server.post(CLASSIFY, bomb(-1, -1, 1)));
        refused(
                413,
                "got 100000000 pixels, expected at most 50000000",
                server.post(CLASSIFY, bomb(10_000, 10_000, 10_000)));
    }

    /** The largest that is decoded, several at once: they take turns. */
    @Test
    void largePicturesTakeTurns() throws Exception {
        byte[] large = bomb(7_000, 7_000, 7_000);
        for (HttpResponse<byte[]> response : atOnce(6, () -> server.post(CLASSIFY, large))) {
            assertThat(response.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void bodiesBeyondTheLimitAreRefused() throws Exception {
        refused(413, "expected at most " + MAX_PICTURE, server.post(CLASSIFY, new byte[MAX_PICTURE + 1]));
        refused(413, "expected at most " + MAX_TENSOR, server.post("/v2/models/tiny/infer", new byte[MAX_TENSOR + 1]));
        byte[] tooLarge = new byte[MAX_PICTURE + 1];
        HttpRequest.BodyPublisher chunked =
                HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(tooLarge));
        refused(
                413,
                "expected at most",
                server.send(HttpRequest.newBuilder(server.at(CLASSIFY)).POST(chunked)));
    }

    @Test
    void aCallerWhoNeverEndsIsCutOff() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", server.at("").getPort())) {
            socket.getOutputStream()
                    .write("POST /classify HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            assertThat(new String(in.readNBytes(12), StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
            byte[] more = new byte[1 << 20];
            assertThat(cutOff(socket, more)).isTrue();
        }
    }

    private static boolean cutOff(Socket socket, byte[] more) {
        try {
            for (int i = 0; i < 1000; i++) {
                socket.getOutputStream().write(more);
            }
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void manyBrokenRequestsAtOnceLeaveNothingBehind() throws Exception {
        byte[] half = Arrays.copyOf(bomb(5_000, 5_000, 2_000), 20_000);
        List<HttpResponse<byte[]>> responses = atOnce(200, () -> server.post(CLASSIFY, half));
        assertThat(responses).allMatch(response -> response.statusCode() == 400);
        assertThat(bodiesBytes()).isZero();
    }

    private static long bodiesBytes() throws IOException, InterruptedException {
        String metrics = new String(server.get("/metrics").body(), StandardCharsets.UTF_8);
        String line = metrics.lines()
                .filter(each -> each.startsWith("distillery_bodies_bytes "))
                .findFirst()
                .orElseThrow();
        return (long) Double.parseDouble(line.substring(line.indexOf(' ')));
    }

    /** Bodies in work are bounded together: who comes when all is taken is told to come again. */
    @Test
    void bodiesInWorkAreBounded() throws Exception {
        List<Socket> waiting = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                Socket socket = new Socket("127.0.0.1", server.at("").getPort());
                waiting.add(socket);
                socket.getOutputStream()
                        .write(("POST /classify HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: "
                                        + MAX_PICTURE + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                        .isEqualTo("HTTP/1.1 100");
            }
            assertThat(server.post(CLASSIFY, picture).statusCode())
                    .as("nothing of what they announce has come")
                    .isEqualTo(200);
            for (Socket socket : waiting) {
                socket.getOutputStream().write(new byte[MAX_PICTURE - 1]);
            }
            Awaitility.await("all of it has come").until(() -> bodiesBytes() == 8L * (MAX_PICTURE - 1));
            HttpResponse<byte[]> response = server.post(CLASSIFY, picture);
            refused(503, "busy", response);
            assertThat(response.headers().firstValue("Retry-After")).contains("1");
        } finally {
            for (Socket socket : waiting) {
                socket.close();
            }
        }
        Awaitility.await("their bytes are given back")
                .until(() -> server.post(CLASSIFY, picture).statusCode() == 200);
    }

    private static HttpResponse<byte[]> typed(String type) throws IOException, InterruptedException {
        return server.send(post(CLASSIFY, picture).header("Content-Type", type));
    }

    private static HttpRequest.Builder post(String path, byte[] body) {
        return HttpRequest.newBuilder(server.at(path)).POST(HttpRequest.BodyPublishers.ofByteArray(body));
    }

    private static void refused(int status, String message, HttpResponse<byte[]> response) throws IOException {
        assertThat(ServerUnderTest.error(response)).contains(message);
        assertThat(response.statusCode()).isEqualTo(status);
    }

    private static List<HttpResponse<byte[]>> atOnce(int count, Callable<HttpResponse<byte[]>> call) throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(Math.min(count, 20));
        try {
            List<Future<HttpResponse<byte[]>>> futures = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                futures.add(callers.submit(call));
            }
            List<HttpResponse<byte[]>> responses = new ArrayList<>();
            for (Future<HttpResponse<byte[]>> future : futures) {
                responses.add(future.get());
            }
            return responses;
        } finally {
            callers.shutdownNow();
        }
    }

    private static byte[] png(int width, int height) throws IOException {
        return encoded(width, height, "png");
    }

    private static byte[] encoded(int width, int height, String format) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, i * 0x010307);
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, file)).isTrue();
        return file.toByteArray();
    }

    /** @return a black 8-bit RGB PNG that claims {@code width · height} pixels and has {@code rows} */
    private static byte[] bomb(int width, int height, int rows) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        chunk(
                file,
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put(new byte[] {8, 2, 0, 0, 0})
                        .array());
        ByteArrayOutputStream pixels = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(pixels, new Deflater(Deflater.BEST_SPEED))) {
            byte[] row = new byte[1 + 3 * Math.max(1, width)];
            for (int i = 0; i < rows; i++) {
                deflater.write(row);
            }
        }
        chunk(file, "IDAT", pixels.toByteArray());
        chunk(file, "IEND", new byte[0]);
        return file.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream file, String type, byte[] content) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(content);
        file.writeBytes(ByteBuffer.allocate(4).putInt(content.length).array());
        file.writeBytes(name);
        file.writeBytes(content);
        file.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }
}
