package dev.distillery.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.report.ProgressReport;
import dev.distillery.report.ReportJson;
import dev.distillery.report.Stage;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two packaged operators on one API server. Trainers report to the one that does not lead. */
class ProgressEndpointIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String WORKSPACE = "distillery-workspace";

    @TempDir
    Path folder;

    private KubernetesUnderTest kubernetes;
    private OperatorUnderTest one;
    private OperatorUnderTest two;

    @BeforeEach
    void start() throws IOException {
        kubernetes = KubernetesUnderTest.start(folder.resolve("cluster"));
        client().resource(RecipeScenario.dataClaim()).create();
        one = new OperatorUnderTest("one", kubernetes.kubeconfig(), folder.resolve("one.log"));
        two = new OperatorUnderTest("two", kubernetes.kubeconfig(), folder.resolve("two.log"));
        one.with("DISTILLERY_PROGRESS_URL", two.progressUrl()).start();
        await("the first operator leads", () -> holder().startsWith("one@"));
        two.start();
    }

    @AfterEach
    void stop() throws IOException {
        if (two == null) {
            return; // skipped: no real Kubernetes was built
        }
        one.close();
        two.close();
        kubernetes.close();
        assertThat(one.errors()).isEmpty();
        assertThat(two.errors()).isEmpty();
    }

    @Test
    void aReportToTheReplicaThatDoesNotLeadIsInTheStatusAndAnotherReplicaTakesOverFromADeadLeader() throws Exception {
        apply("photos", "waits");
        awaitStatus(
                "photos",
                s -> s.progress() != null
                        && Double.valueOf(0.8).equals(s.progress().top1()));
        // On a busy machine it may have been said more than once.
        assertThat(two.text("/q/metrics"))
                .containsPattern("distillery_progress_reports_total\\{result=\"forwarded\"} [1-9]");
        assertThat(one.text("/q/metrics"))
                .containsPattern("distillery_progress_reports_total\\{result=\"taken\"} [1-9]")
                .contains("distillery_recipes{phase=\"TrainingStudent\"} 1.0");
        assertThat(two.text("/q/metrics")).contains("distillery_recipes{phase=\"TrainingStudent\"} 0.0");

        one.kill();
        await("the second operator leads", () -> holder().startsWith("two@"));
        Files.createFile(kubernetes.claim("default", WORKSPACE).resolve("go"));
        awaitStatus("photos", s -> s.phase() == Phase.READY);
        apply("more", "happy");
        awaitStatus("more", s -> s.phase() == Phase.READY);
        one.start();
        assertThat(holder()).startsWith("two@");
    }

    @Test
    void aLeaderThatIsStoppedEndsInPeace() throws Exception {
        assertThat(one.stop()).isIn(0, 143);
        await("the second operator leads", () -> holder().startsWith("two@"));
        apply("photos", "happy");
        awaitStatus("photos", s -> s.phase() == Phase.READY);
    }

    @Test
    void onlyThePodsOfAJobMayReportForItAndOnlyReports() throws Exception {
        apply("photos", "waits");
        awaitStatus("photos", s -> s.progress() != null && s.progress().step() == 25);
        apply("other", "waits");
        awaitStatus("other", s -> s.progress() != null);
        String token = token(pod("photos"), "distillery-progress");
        String path =
                "/progress/default/" + pod("photos").getMetadata().getLabels().get("job-name");
        String others =
                "/progress/default/" + pod("other").getMetadata().getLabels().get("job-name");
        byte[] report = ReportJson.write(report(20));
        // The second replica's comes last, and is another: once the status has it, nothing of theirs waits.
        byte[] forwarded = ReportJson.write(report(21));
        for (OperatorUnderTest replica : List.of(one, two)) {
            assertThat(post(replica, path, "none", report).statusCode()).isEqualTo(401);
            assertThat(post(replica, path, token(pod("photos"), "another"), report)
                            .statusCode())
                    .isEqualTo(401);
            assertThat(post(replica, others, token, report).statusCode()).isEqualTo(403);
            assertThat(post(replica, "/progress/kube-system/x", token, report).statusCode())
                    .isEqualTo(403);
            assertThat(post(replica, "/progress/default/nobody", token, report).statusCode())
                    .isEqualTo(404);
            assertThat(post(replica, "/elsewhere", token, report).statusCode()).isEqualTo(404);
            HttpResponse<String> malformed = post(replica, path, token, "{}".getBytes(StandardCharsets.UTF_8));
            assertThat(malformed.statusCode()).isEqualTo(400);
            assertThat(malformed.body()).contains("runId: got null");
            assertThat(post(replica, path, token, new byte[65_537]).statusCode())
                    .isEqualTo(413);
            byte[] good = replica == one ? report : forwarded;
            await("a report is taken", () -> post(replica, path, token, good).statusCode() == 204);
        }
        awaitStatus("photos", s -> s.progress().step() == 21);
        client().resources(TrainingRecipe.class)
                .inNamespace("default")
                .withName("other")
                .delete();
        client().resources(TrainingRecipe.class)
                .inNamespace("default")
                .withName("other")
                .waitUntilCondition(Objects::isNull, PATIENCE.toSeconds(), TimeUnit.SECONDS);

        awaitNothingInWork();
        double writesBefore = statusWrites();
        double takenBefore = reportsTaken();
        for (int step = 22; step <= 60; step++) {
            post(one, path, token, ReportJson.write(report(step)));
        }
        int last = 61;
        await(
                "the last is taken",
                () -> post(one, path, token, ReportJson.write(report(last))).statusCode() == 204);
        awaitStatus("photos", s -> s.progress().step() == last);
        awaitNothingInWork();
        assertThat(statusWrites() - writesBefore).isBetween(1.0, reportsTaken() - takenBefore);
        Files.createFile(kubernetes.claim("default", WORKSPACE).resolve("go"));
        awaitStatus("photos", s -> s.phase() == Phase.READY);
        assertThat(post(one, path, token, report).statusCode()).isEqualTo(403);
        assertThat(one.text("/q/health/live")).contains("reconciliations");
        assertThat(one.log()).noneMatch(line -> line.contains(token)).noneMatch(line -> line.contains("PRIVATE KEY"));
        assertThat(one.text("/q/metrics"))
                .contains("distillery_attempts_ended_total{reason=\"Succeeded\",stage=\"Student\"}")
                .contains("distillery_time_to_first_step_seconds_count{stage=\"Student\"}")
                .contains("reconciliations_success_total");
    }

    private static ProgressReport report(long step) {
        return new ProgressReport("run", Stage.STUDENT, 1, 30, step, 300, 0.5, 0.8, 100, 9, List.of(), null);
    }

    private double statusWrites() throws Exception {
        return counted(
                "distillery_kubernetes_requests_total", "method=\"PATCH\"", "resource=\"trainingrecipes/status\"");
    }

    private double reportsTaken() throws Exception {
        return counted("distillery_progress_reports_total", "result=\"taken\"");
    }

    /** A write is counted before the reconciliation that wrote ends. */
    private void awaitNothingInWork() {
        await("nothing is in work", () -> counted("reconciliations_active") + counted("reconciliations_queue") == 0);
    }

    private double counted(String counter, String... labels) throws Exception {
        return one.text("/q/metrics")
                .lines()
                .filter(line ->
                        line.matches(counter + "[{ ].*") && Stream.of(labels).allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private HttpResponse<String> post(OperatorUnderTest replica, String path, String token, byte[] body)
            throws IOException, InterruptedException {
        String authority = new String(
                Base64.getDecoder()
                        .decode(client().secrets()
                                .inNamespace("default")
                                .withName("distillery-progress-tls")
                                .get()
                                .getData()
                                .get("ca.crt")),
                StandardCharsets.US_ASCII);
        HttpClient http = TrustingClient.of(authority);
        return http.send(
                HttpRequest.newBuilder(URI.create(replica.progressUrl() + path))
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .timeout(PATIENCE)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String token(Pod pod, String audience) {
        return client().serviceAccounts()
                .inNamespace("default")
                .withName("default")
                .tokenRequest(new TokenRequestBuilder()
                        .withNewSpec()
                        .withAudiences(audience)
                        .withExpirationSeconds(600L)
                        .withNewBoundObjectRef(
                                "v1",
                                "Pod",
                                pod.getMetadata().getName(),
                                pod.getMetadata().getUid())
                        .endSpec()
                        .build())
                .getStatus()
                .getToken();
    }

    private Pod pod(String recipe) {
        return client().pods()
                .inNamespace("default")
                .withLabel("distillery.dev/recipe", recipe)
                .list()
                .getItems()
                .get(0);
    }

    private String holder() {
        var lease = client().leases()
                .inNamespace("default")
                .withName("distillery-operator")
                .get();
        return lease == null || lease.getSpec().getHolderIdentity() == null
                ? ""
                : lease.getSpec().getHolderIdentity();
    }

    private void apply(String name, String behaviour) {
        client().resource(Recipes.recipe(name, behaviour, false)).serverSideApply();
    }

    private void awaitStatus(String name, Predicate<TrainingRecipeStatus> wanted) {
        client().resources(TrainingRecipe.class)
                .inNamespace("default")
                .withName(name)
                .waitUntilCondition(
                        r -> r != null && r.getStatus() != null && wanted.test(r.getStatus()),
                        PATIENCE.toSeconds(),
                        TimeUnit.SECONDS);
    }

    private static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what).atMost(PATIENCE).until(condition);
    }

    private KubernetesClient client() {
        return kubernetes.client();
    }
}
