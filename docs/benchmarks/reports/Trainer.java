import dev.distillery.operator.TrustingClient;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.ProgressReport;
import dev.distillery.report.ReportJson;
import dev.distillery.report.Stage;
import dev.distillery.report.TrainerEnvironment;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A pod's trainer as the operator knows it: a connection of its own, the pod's token, a report an interval after the one
 * before was taken, and the real one's patience and back-off. It is in the middle of 30 epochs. The step is the time, in
 * milliseconds, so whoever reads a report knows how old it is.
 */
final class Trainer {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final long FIRST_BACK_OFF_MILLIS = 1000;
    private static final long MAX_BACK_OFF_MILLIS = 30_000;
    private static final int EPOCH = Recipes.EPOCHS / 2;
    /** More milliseconds than a benchmark takes. */
    private static final long STEPS = Duration.ofDays(1).toMillis();

    private static final List<CurvePoint> CURVE = IntStream.range(1, EPOCH)
            .mapToObj(i -> new CurvePoint(Stage.STUDENT, i, 0.31415 + 1.0 / i, 0.91234 - 0.5 / i, 0.12345 / i))
            .toList();

    private final String pod;
    private final String authorization;
    private final URI url;
    private final long intervalMillis;
    private final HttpClient http;
    private final ScheduledExecutorService timer;
    private final LongSupplier clock;
    private final Answers answers;
    private long backOffMillis = FIRST_BACK_OFF_MILLIS;
    private volatile long taken = -1;

    /** @param clock milliseconds */
    Trainer(Pod pod, String token, ScheduledExecutorService timer, LongSupplier clock, Answers answers)
            throws IOException {
        Map<String, String> environment = pod.getSpec().getContainers().get(0).getEnv().stream()
                .filter(variable -> variable.getValue() != null)
                .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
        this.pod = pod.getMetadata().getName();
        this.authorization = "Bearer " + token;
        this.url = URI.create(environment.get(TrainerEnvironment.PROGRESS_URL));
        this.intervalMillis = Duration.parse(environment.getOrDefault(TrainerEnvironment.PROGRESS_INTERVAL, "PT5S"))
                .toMillis();
        this.http = TrustingClient.of(environment.get(TrainerEnvironment.PROGRESS_AUTHORITY));
        this.timer = timer;
        this.clock = clock;
        this.answers = answers;
    }

    void start() {
        timer.execute(this::send);
    }

    /** @return when the last report that was taken was sent; negative if none was */
    long taken() {
        return taken;
    }

    static byte[] report(String run, long step) {
        return ReportJson.write(new ProgressReport(
                run, Stage.STUDENT, EPOCH, Recipes.EPOCHS, step, STEPS, 0.31415, 0.87654, 5210, 321, CURVE, null));
    }

    private void send() {
        long step = clock.getAsLong();
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .header("Authorization", authorization)
                .POST(HttpRequest.BodyPublishers.ofByteArray(report(pod, step)))
                .build();
        long start = System.nanoTime();
        http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                .whenComplete((answer, failure) -> answered(step, System.nanoTime() - start, answer, failure));
    }

    private void answered(long step, long nanos, HttpResponse<String> answer, Throwable failure) {
        answers.add(failure == null ? Integer.toString(answer.statusCode()) : name(failure), nanos);
        long pause = intervalMillis;
        if (failure == null && answer.statusCode() == 204) {
            taken = step;
            backOffMillis = FIRST_BACK_OFF_MILLIS;
        } else {
            pause = backOffMillis - ThreadLocalRandom.current().nextLong(backOffMillis / 2);
            backOffMillis = Math.min(2 * backOffMillis, MAX_BACK_OFF_MILLIS);
        }
        if (!timer.isShutdown()) {
            timer.schedule(this::send, pause, TimeUnit.MILLISECONDS);
        }
    }

    private static String name(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return cause.getClass().getSimpleName();
    }
}
