package dev.distillery.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.ProgressReport;
import dev.distillery.report.ReportJson;
import dev.distillery.report.Stage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgressPusherTest {
    private static final Duration SHORT = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<Long> steps = new CopyOnWriteArrayList<>();
    private final List<String> tokens = new CopyOnWriteArrayList<>();
    private final Semaphore answers = new Semaphore(0);
    private volatile int status = 204;
    private HttpServer operator;
    private Path token;

    @TempDir
    Path folder;

    @BeforeEach
    void startOperator() throws IOException {
        operator = start(0);
        token = Files.writeString(folder.resolve("token"), "first");
    }

    @AfterEach
    void stopOperator() {
        answers.release(1000);
        operator.stop(0);
    }

    @Test
    void onlyTheLatestIsSentWhileAPostIsUnderWay() {
        try (ProgressPusher pusher = pusher(SHORT, SHORT)) {
            pusher.update(report(1));
            await().until(() -> steps.size() == 1);
            for (int step = 2; step <= 50; step++) {
                pusher.update(report(step));
            }
            answers.release(2);
            await().until(() -> steps.size() == 2);
        }
        assertThat(steps).containsExactly(1L, 50L);
    }

    @Test
    void reportsWithinTheIntervalWaitAndClosingSendsTheLast() {
        answers.release(10);
        try (ProgressPusher pusher = pusher(LONG, SHORT)) {
            pusher.update(report(1));
            await().until(() -> steps.size() == 1);
            pusher.update(report(2));
            pusher.update(report(3));
        }
        assertThat(steps).containsExactly(1L, 3L);
    }

    @Test
    void theTokenThatIsInTheFileNowIsSent() throws IOException {
        answers.release(2);
        try (ProgressPusher pusher = pusher(SHORT, SHORT)) {
            pusher.update(report(1));
            await().until(() -> steps.size() == 1);
            Files.writeString(token, "renewed\n");
            pusher.update(report(2));
        }
        assertThat(tokens).containsExactly("Bearer first", "Bearer renewed");
    }

    @Test
    void aTokenThatIsMissingOrUnusableStopsNothing() throws IOException {
        answers.release(1000);
        Files.delete(token);
        try (ProgressPusher pusher = pusher(SHORT, SHORT)) {
            pusher.update(report(1));
            Files.writeString(token, "two\nlines");
            pusher.update(report(2));
            Files.writeString(token, "good");
            pusher.update(report(3));
            await().until(() -> steps.contains(3L));
        }
    }

    @Test
    void anOperatorThatFailsIsTriedAgain() {
        answers.release(1000);
        status = 503;
        try (ProgressPusher pusher = pusher(SHORT, SHORT)) {
            pusher.update(report(1));
            await().until(() -> steps.size() >= 3);
            status = 204;
            pusher.update(report(2));
            await().until(() -> steps.contains(2L));
        }
        assertThat(steps.subList(0, 3)).containsOnly(1L);
    }

    @Test
    void trainersThatFailTogetherDoNotComeBackTogether() {
        RandomGenerator random = new SplittableRandom(1);
        ProgressPusher.Cadence cadence = ProgressPusher.Cadence.DEFAULT;
        assertThat(cadence.pause(0, random)).isEqualTo(Duration.ofSeconds(5));
        Map.of(1, 1, 2, 2, 5, 16, 6, 30, 1000, 30).forEach((failures, seconds) -> {
            List<Duration> pauses = Stream.generate(() -> cadence.pause(failures, random))
                    .limit(1000)
                    .toList();
            Duration most = Duration.ofSeconds(seconds);
            assertThat(pauses).allSatisfy(pause -> assertThat(pause).isBetween(most.dividedBy(2), most));
            assertThat(pauses)
                    .anyMatch(pause -> pause.compareTo(most.multipliedBy(6).dividedBy(10)) < 0);
            assertThat(pauses)
                    .anyMatch(pause -> pause.compareTo(most.multipliedBy(9).dividedBy(10)) > 0);
        });
    }

    @Test
    void anOperatorThatWasAwayGetsTheLatest() throws Exception {
        answers.release(1000);
        int port = operator.getAddress().getPort();
        operator.stop(0);
        try (ProgressPusher pusher = pusher(SHORT, SHORT)) {
            pusher.update(report(1));
            pusher.update(report(2));
            operator = start(port);
            await().until(() -> steps.contains(2L));
        }
    }

    @Test
    void closingGivesUpAfterOneTry() {
        answers.release(1000);
        status = 500;
        ProgressPusher pusher = pusher(SHORT, LONG);
        pusher.update(report(1));
        await().until(() -> steps.size() == 1);
        pusher.close();
        pusher.close();
        assertThat(steps).containsExactly(1L, 1L);
    }

    @Test
    void closingDoesNotWaitForAnOperatorThatHangs() {
        ProgressPusher pusher = new ProgressPusher(
                new ProgressEndpoint(url(), null, null),
                new ProgressPusher.Cadence(SHORT, SHORT, LONG, Duration.ofMillis(50)));
        pusher.update(report(1));
        await().until(() -> steps.size() == 1);
        pusher.close();
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("progress-pusher")));
    }

    @Test
    void withoutAUsableUrlItOnlyLogs() {
        for (Map<String, String> env : List.of(
                Map.<String, String>of(),
                Map.of("DISTILLERY_PROGRESS_URL", "ftp://x y"),
                Map.of("DISTILLERY_PROGRESS_URL", url().toString(), "DISTILLERY_PROGRESS_AUTHORITY", "no PEM"),
                Map.of("DISTILLERY_PROGRESS_URL", url().toString(), "DISTILLERY_PROGRESS_INTERVAL", "soon"))) {
            assertThatCode(() -> {
                        try (ProgressPusher pusher = ProgressPusher.fromEnvironment(env)) {
                            pusher.update(report(1));
                        }
                    })
                    .doesNotThrowAnyException();
        }
        assertThat(steps).isEmpty();
    }

    private ProgressPusher pusher(Duration interval, Duration backOff) {
        return new ProgressPusher(
                new ProgressEndpoint(url(), token, null),
                new ProgressPusher.Cadence(interval, backOff, backOff, PATIENCE));
    }

    private URI url() {
        return URI.create("http://127.0.0.1:" + operator.getAddress().getPort() + "/progress");
    }

    private HttpServer start(int port) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/progress", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            steps.add(ReportJson.readProgress(body).step());
            answers.acquireUninterruptibly();
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static ProgressReport report(long step) {
        CurvePoint point = new CurvePoint(Stage.STUDENT, 1, 0.5, 0.8, 0.1);
        return new ProgressReport("run", Stage.STUDENT, 2, 10, step, 100, 0.4, 0.8, 5210, 30, List.of(point), null);
    }
}
