package dev.distillery.operator.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.operator.MutableClock;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.ProgressReport;
import dev.distillery.report.ReportJson;
import dev.distillery.report.Stage;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProgressReportsTest {
    private static final ProgressReport REPORT =
            new ProgressReport("run", Stage.STUDENT, 1, 2, 10, 20, 0.5, 0.8, 100, 3, List.of(), null);
    private static final byte[] BODY = ReportJson.write(REPORT);
    private static final String TOKEN = "Bearer default/pod/uid-1";
    private static final ResourceID RECIPE = new ResourceID("photos", "default");
    private static final Pod POD =
            new PodBuilder().withNewMetadata().withName("pod").endMetadata().build();

    private final MutableClock clock = new MutableClock();
    private final List<String> reviewed = new CopyOnWriteArrayList<>();
    private final List<Event> woken = new CopyOnWriteArrayList<>();
    private final List<ProgressReport> taken = new CopyOnWriteArrayList<>();
    private final ProgressBoard board = new ProgressBoard();
    private final ProgressEventSource events = new ProgressEventSource(Duration.ofMillis(1), 1000);
    private long arrival;
    private boolean isReady = true;
    private boolean podIsThere = true;
    private boolean apiIsThere = true;
    private final JobOwners owners = new JobOwners() {
        @Override
        public boolean isReady() {
            return isReady;
        }

        @Override
        public Set<ResourceID> of(String namespace, String job) {
            return namespace.equals("default") && Set.of("job", "another").contains(job) ? Set.of(RECIPE) : Set.of();
        }

        @Override
        public Optional<Pod> pod(String namespace, String job, PodIdentity pod) {
            return podIsThere && job.equals("job") && pod.uid().equals("uid-1") ? Optional.of(POD) : Optional.empty();
        }
    };
    private final ProgressReports reports = new ProgressReports(
            new TokenReviews(this::review, clock),
            owners,
            board,
            events,
            (pod, report) -> taken.add(report),
            Duration.ofSeconds(5),
            clock);

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
    void takesAReportOfTheJobsPodAndWakesItsRecipe() {
        assertThat(post("job", TOKEN)).isEqualTo(204);
        assertThat(board.get("default/job")).contains(REPORT);
        assertThat(taken).containsExactly(REPORT);
        Awaitility.await().until(() -> woken.stream()
                .anyMatch(e -> e.getRelatedCustomResourceID().equals(RECIPE)));
    }

    /** It waited for its token's review, and its sender did not wait for the answer. */
    @Test
    void aReportThatArrivedEarlierDoesNotReplaceALaterOne() {
        ProgressReport earlier =
                new ProgressReport("run", Stage.STUDENT, 1, 2, 9, 20, 0.5, 0.8, 100, 3, List.of(), null);
        assertThat(reports.take("default", "job", TOKEN, BODY, 2).status()).isEqualTo(204);
        assertThat(reports.take("default", "job", TOKEN, ReportJson.write(earlier), 1)
                        .status())
                .isEqualTo(204);
        assertThat(board.get("default/job")).contains(REPORT);
        assertThat(taken).containsExactly(REPORT);
        // Trained again from a checkpoint, at a lower rate.
        assertThat(reports.take("default", "job", TOKEN, ReportJson.write(earlier), 3)
                        .status())
                .isEqualTo(204);
        assertThat(board.get("default/job")).contains(earlier);
    }

    @Test
    void aReportToAnOperatorThatStartsIsToComeAgain() {
        isReady = false;
        assertThat(post("job", TOKEN)).isEqualTo(503);
        assertThat(reviewed).isEmpty();
        isReady = true;
        assertThat(post("job", TOKEN)).isEqualTo(204);
    }

    @Test
    void refusesWhoeverIsNoPod() {
        assertThat(post("job", null)).isEqualTo(401);
        assertThat(post("job", "Basic abc")).isEqualTo(401);
        assertThat(post("job", "default/pod/uid-1")).isEqualTo(401);
        assertThat(post("job", "Bearer ")).isEqualTo(401);
        assertThat(post("job", "Bearer invalid")).isEqualTo(401);
        assertThat(post("job", "Bearer no-pod")).isEqualTo(401);
        clock.advance(Duration.ofSeconds(1));
        assertThat(post("job", "Bearer other-audience/pod/uid-1")).isEqualTo(401);
        assertThat(post("job", "Bearer " + "x".repeat(9000))).isEqualTo(401);
        assertThat(board.get("default/job")).isEmpty();
    }

    @Test
    void aPodReportsForItsOwnJobOnly() {
        assertThat(post("another", TOKEN)).isEqualTo(403);
        assertThat(post("job", "Bearer default/pod/uid-2")).isEqualTo(403);
        clock.advance(Duration.ofSeconds(1));
        assertThat(post("job", "Bearer elsewhere/pod/uid-1")).isEqualTo(403);
        assertThat(post("gone", TOKEN)).isEqualTo(404);
        assertThat(board.get("default/job")).isEmpty();
        assertThat(board.get("default/another")).isEmpty();
    }

    @Test
    void asksTheApiServerOncePerTokenForAWhile() {
        post("job", TOKEN);
        clock.advance(TokenReviews.KEEP.minusSeconds(1));
        assertThat(post("job", TOKEN)).isEqualTo(204);
        assertThat(reviewed).hasSize(1);
        clock.advance(Duration.ofSeconds(1));
        post("job", TOKEN);
        assertThat(reviewed).hasSize(2);
    }

    @Test
    void aTokenOfAPodThatIsGoneIsGoodForNothingThoughItsReviewIsKept() {
        post("job", TOKEN);
        podIsThere = false;
        assertThat(post("job", TOKEN)).isEqualTo(403);
    }

    @Test
    void aFloodOfTokensReachesTheApiServerOnlyInPart() {
        for (int i = 0; i < 1000; i++) {
            post("job", "Bearer invalid-" + i);
            post("job", "Bearer " + token("default", "pod", "uid-" + (i + 2)));
        }
        assertThat(reviewed).hasSize(2);
        assertThat(post("job", "Bearer one-more")).isEqualTo(503);
        assertThat(post("job", "Bearer " + token("default", "pod", "uid-1")))
                .as("a pod that there is")
                .isEqualTo(204);
        clock.advance(Duration.ofSeconds(1));
        assertThat(post("job", TOKEN)).isEqualTo(204);
    }

    @Test
    void whatATokenClaimsIsNotBelieved() {
        String claims = token("default", "pod", "uid-1").replaceAll("\\.[^.]*$", ".invalid");
        assertThat(post("job", "Bearer " + claims)).isEqualTo(401);
    }

    /** As a JWT that claims this, and proves it. */
    private static String token(String namespace, String pod, String uid) {
        String claims = "{\"kubernetes.io\": {\"namespace\": \"%s\", \"pod\": {\"name\": \"%s\", \"uid\": \"%s\"}}}"
                .formatted(namespace, pod, uid);
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        return "e30." + encoder.encodeToString(claims.getBytes(StandardCharsets.UTF_8)) + "." + namespace + "/" + pod
                + "/" + uid;
    }

    @Test
    void anApiServerThatIsAwayIsNotTheTrainersFault() {
        apiIsThere = false;
        assertThat(post("job", TOKEN)).isEqualTo(503);
        apiIsThere = true;
        assertThat(post("job", TOKEN)).isEqualTo(204);
    }

    @Test
    void aPodThatReportsTooOftenIsHeldBackUntilItHasWaited() {
        for (int i = 0; i < 4; i++) {
            assertThat(post("job", TOKEN)).isEqualTo(204);
        }
        assertThat(post("job", TOKEN)).isEqualTo(429);
        clock.advance(Duration.ofMillis(2500));
        assertThat(post("job", TOKEN)).isEqualTo(204);
        assertThat(post("job", TOKEN)).isEqualTo(429);
    }

    @Test
    void aBodyThatIsNoReportIsRefusedWithTheFieldTheValueAndTheRule() {
        assertThat(refusal("no json")).contains("expected a progress report as JSON");
        assertThat(refusal("")).contains("expected a progress report as JSON");
        assertThat(refusal("null")).contains("got null, expected an object");
        assertThat(refusal("[]")).contains("expected a progress report as JSON");
        assertThat(refusal("{}")).contains("runId: got null", "stage: got null", "epochs: got 0, expected at least 1");
        assertThat(refusal(new ProgressReport("run", Stage.STUDENT, 3, 2, 10, 20, 0.5, 0.8, 1, 3, List.of(), null)))
                .contains("epoch: got 3, expected 0 to epochs (2)");
        assertThat(refusal(new ProgressReport("run", Stage.STUDENT, 1, 2, 21, 20, 0.5, 0.8, 1, 3, List.of(), null)))
                .contains("step: got 21, expected 0 to steps (20)");
        assertThat(refusal(
                        new ProgressReport("run", Stage.STUDENT, 1, 2, 1, 20, Double.NaN, 0.8, 1, 3, List.of(), null)))
                .contains("loss: got NaN, expected a finite number");
        assertThat(refusal(new ProgressReport("run", Stage.STUDENT, 1, 2, 1, 20, 0.5, 1.5, 1, 3, List.of(), null)))
                .contains("top1: got 1.5, expected 0 to 1");
        assertThat(refusal(new ProgressReport("run", Stage.STUDENT, 1, 2, 1, 20, 0.5, 0.5, -1, -3, List.of(), null)))
                .contains("imagesPerSecond: got -1.0", "estimatedSecondsLeft: got -3");
        CurvePoint point = new CurvePoint(Stage.STUDENT, 1, 0.5, 0.5, 0.1);
        assertThat(refusal(new ProgressReport(
                        "run", Stage.STUDENT, 1, 2, 1, 20, 0.5, 0.5, 1, 3, Collections.nCopies(65, point), null)))
                .contains("learningCurve: got 65 points, expected at most 64 points");
        assertThat(refusal(new ProgressReport("run", Stage.TEACHER, 1, 2, 1, 20, 0.5, 0.5, 1, 3, List.of(point), null)))
                .contains("learningCurve");
        assertThat(board.get("default/job")).isEmpty();
    }

    private String refusal(ProgressReport report) {
        return refusal(new String(ReportJson.write(report), StandardCharsets.UTF_8));
    }

    private String refusal(String body) {
        clock.advance(Duration.ofSeconds(10));
        Answer answer = reports.take("default", "job", TOKEN, body.getBytes(StandardCharsets.UTF_8), ++arrival);
        assertThat(answer.status()).isEqualTo(400);
        return answer.message();
    }

    private int post(String job, String authorization) {
        return reports.take("default", job, authorization, BODY, ++arrival).status();
    }

    /** Tokens, or signatures of JWTs, say in plain text whose they are: {@code namespace/pod/uid}. */
    private TokenReview review(TokenReview review) {
        if (!apiIsThere) {
            throw new KubernetesClientException("away");
        }
        String token = review.getSpec().getToken();
        reviewed.add(token);
        String[] parts = token.substring(token.lastIndexOf('.') + 1).split("/");
        boolean pod = parts.length == 3;
        boolean otherAudience = parts[0].equals("other-audience");
        return new TokenReviewBuilder(review)
                .withNewStatus()
                .withAuthenticated(pod || token.equals("no-pod") ? Boolean.TRUE : null)
                .withAudiences(
                        otherAudience ? List.of("other") : review.getSpec().getAudiences())
                .withNewUser()
                .withUsername("system:serviceaccount:" + parts[0] + ":default")
                .withExtra(
                        pod
                                ? Map.of(
                                        "authentication.kubernetes.io/pod-name",
                                        List.of(parts[1]),
                                        "authentication.kubernetes.io/pod-uid",
                                        List.of(parts[2]))
                                : Map.of())
                .endUser()
                .endStatus()
                .build();
    }
}
