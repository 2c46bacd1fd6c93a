package dev.distillery.operator.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.report.ProgressReport;
import dev.distillery.report.ReportJson;
import dev.distillery.report.Stage;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProgressResourceTest {
    private static final ProgressReport REPORT =
            new ProgressReport("run", Stage.STUDENT, 1, 2, 10, 20, 0.5, 0.8, 100, 3, List.of(), null);
    private static final ResourceID RECIPE = new ResourceID("photos", "default");

    private final ProgressTokens tokens = new ProgressTokens("key");
    private final ProgressBoard board = new ProgressBoard();
    private final ProgressEventSource events = new ProgressEventSource(Duration.ofMillis(1));
    private final List<Event> woken = new CopyOnWriteArrayList<>();
    private final ProgressResource resource = new ProgressResource(
            tokens, board, (namespace, job) -> job.equals("job") ? Set.of(RECIPE) : Set.of(), events);

    @BeforeEach
    void start() {
        events.setEventHandler(woken::add);
        events.start();
    }

    @AfterEach
    void stop() {
        events.stop();
    }

    @Test
    void takesAReportWithTheJobsTokenAndWakesItsRecipe() {
        assertThat(post("job", "Bearer " + tokens.of("default/job"), ReportJson.write(REPORT)))
                .isEqualTo(204);
        assertThat(board.get("default/job")).contains(REPORT);
        Awaitility.await().until(() -> woken.stream()
                .anyMatch(e -> e.getRelatedCustomResourceID().equals(RECIPE)));
    }

    @Test
    void refusesEveryOtherToken() {
        byte[] body = ReportJson.write(REPORT);
        assertThat(post("job", null, body)).isEqualTo(401);
        assertThat(post("job", tokens.of("default/job"), body)).isEqualTo(401);
        assertThat(post("job", "Bearer " + tokens.of("default/another"), body)).isEqualTo(401);
        assertThat(post("job", "Bearer " + new ProgressTokens("other key").of("default/job"), body))
                .isEqualTo(401);
        assertThat(board.get("default/job")).isEmpty();
    }

    @Test
    void refusesAJobThatIsNobodysAndABodyThatIsNoReport() {
        assertThat(post("gone", "Bearer " + tokens.of("default/gone"), ReportJson.write(REPORT)))
                .isEqualTo(404);
        assertThat(post("job", "Bearer " + tokens.of("default/job"), "no json".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(400);
    }

    private int post(String job, String authorization, byte[] body) {
        return resource.take("default", job, authorization, body).getStatus();
    }
}
