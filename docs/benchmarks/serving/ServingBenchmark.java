import dev.distillery.inference.ModelFile;
import dev.distillery.inference.PublishedModel;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Requests of 8 images to a running server against the same model in ONNX Runtime in this process, taking turns; run.sh
 * starts it. Prints one JSON object for each turn.
 *
 * <p>Callers are closed loops over raw sockets, one request after the other: the JDK's HTTP client alone would take more time
 * than the server. The direct side is one closed loop, as the server runs the model in one thread.
 */
public final class ServingBenchmark {
    private static final int BATCH = 8;

    public static void main(String[] arguments) throws Exception {
        URI server = URI.create(arguments[0]);
        ModelFile file = ModelFile.find(arguments[1]);
        int threads = Integer.parseInt(arguments[2]);
        int rounds = Integer.parseInt(arguments[4]);
        try (PublishedModel model = PublishedModel.load(file.file(), threads)) {
            byte[] images = new byte[BATCH * model.input().imageBytes()];
            if (model.input().normalised()) {
                throw new IllegalArgumentException("expected a model with a uint8 input");
            }
            new Random(1).nextBytes(images);
            byte[] request = request(server, file, model, images);
            // Round 0 warms both sides up and is not printed.
            for (int round = 0; round <= rounds; round++) {
                double seconds = Double.parseDouble(arguments[round == 0 ? 5 : 3]);
                double[] direct = direct(model, images, seconds);
                print(round, "direct", 1, direct, seconds);
                print(round, "ready", 1, served(server, ready(server), 1, seconds), seconds);
                for (int callers : new int[] {1, 2, 4}) {
                    print(round, "server", callers, served(server, request, callers, seconds), seconds);
                }
            }
        }
    }

    private static byte[] request(URI server, ModelFile file, PublishedModel model, byte[] images) {
        String shape = Arrays.toString(model.input().shape(BATCH));
        byte[] json = ("{\"inputs\":[{\"name\":\"" + model.inputName() + "\",\"datatype\":\"UINT8\",\"shape\":" + shape
                        + ",\"parameters\":{\"binary_data_size\":" + images.length
                        + "}}],\"outputs\":[{\"name\":\"probabilities\",\"parameters\":{\"binary_data\":true}}]}")
                .getBytes(StandardCharsets.UTF_8);
        byte[] header = ("POST /v2/models/" + file.model() + "/infer HTTP/1.1\r\nHost: " + server.getAuthority()
                        + "\r\nInference-Header-Content-Length: " + json.length + "\r\nContent-Length: "
                        + (json.length + images.length) + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(header.length + json.length + images.length)
                .put(header)
                .put(json)
                .put(images)
                .array();
    }

    /** The way there and back alone. */
    private static byte[] ready(URI server) {
        return ("GET /v2/health/ready HTTP/1.1\r\nHost: " + server.getAuthority() + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** @return seconds of each call, sorted */
    private static double[] direct(PublishedModel model, byte[] images, double seconds) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(images.length);
        return loop(seconds, () -> model.run(buffer.clear().put(images).flip(), BATCH));
    }

    private static double[] served(URI server, byte[] request, int callers, double seconds) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        try {
            List<Future<double[]>> all = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                all.add(threads.submit(() -> {
                    try (Socket socket = new Socket(server.getHost(), server.getPort())) {
                        socket.setTcpNoDelay(true);
                        DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
                        return loop(seconds, () -> call(socket, in, request));
                    }
                }));
            }
            List<Double> times = new ArrayList<>();
            for (Future<double[]> caller : all) {
                Arrays.stream(caller.get()).forEach(times::add);
            }
            return times.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        } finally {
            threads.shutdownNow();
        }
    }

    private interface Call {
        void run() throws IOException;
    }

    private static double[] loop(double seconds, Call call) {
        List<Double> times = new ArrayList<>();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        try {
            for (long now = System.nanoTime(); now < end; ) {
                call.run();
                long done = System.nanoTime();
                times.add((done - now) / 1e9);
                now = done;
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return times.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    }

    private static void call(Socket socket, DataInputStream in, byte[] request) throws IOException {
        socket.getOutputStream().write(request);
        StringBuilder header = new StringBuilder();
        while (header.indexOf("\r\n\r\n") < 0) {
            header.append((char) in.readUnsignedByte());
        }
        String lower = header.toString().toLowerCase(Locale.ROOT);
        if (!lower.startsWith("http/1.1 200")) {
            throw new IOException(header.toString());
        }
        int at = lower.indexOf("\r\ncontent-length: ") + 18;
        in.skipNBytes(Integer.parseInt(lower.substring(at, lower.indexOf("\r\n", at)).strip()));
    }

    private static void print(int round, String side, int callers, double[] times, double seconds) {
        if (round > 0) {
            System.out.printf(
                    Locale.ROOT,
                    "{\"round\":%d,\"side\":\"%s\",\"callers\":%d,\"imagesPerSecond\":%.1f,\"p50Millis\":%.3f,\"p99Millis\":%.3f}%n",
                    round,
                    side,
                    callers,
                    times.length * BATCH / seconds,
                    1e3 * times[times.length / 2],
                    1e3 * times[(int) (times.length * 0.99)]);
        }
    }
}
