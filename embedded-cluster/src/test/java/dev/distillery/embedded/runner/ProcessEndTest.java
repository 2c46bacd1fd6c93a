package dev.distillery.embedded.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.distillery.embedded.ClusterExtension;
import dev.distillery.embedded.EmbeddedCluster;
import dev.distillery.embedded.EmbeddedClusterOptions;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ProcessEndTest {
    @RegisterExtension
    static final ClusterExtension CLUSTER = new ClusterExtension();

    private Jobs jobs;

    @BeforeEach
    void makeNamespace() {
        jobs = new Jobs(CLUSTER.client(), CLUSTER.newNamespace());
    }

    @Test
    void deletingAJobAsksItsProcessToEnd() throws Exception {
        jobs.run("polite", "trap 'echo saved; exit 0' TERM; echo ready; while :; do sleep 0.1; done");
        Pod pod = jobs.awaitPod("polite", "Running");
        awaitLog(pod, "ready\n");
        CompletableFuture<String> log = CompletableFuture.supplyAsync(() -> {
            try (var watch = CLUSTER.client().pods().resource(pod).watchLog()) {
                return new String(watch.getOutput().readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        awaitLog(pod, "ready\n");
        jobs.job("polite").withPropagationPolicy(DeletionPropagation.BACKGROUND).delete();

        await().untilAsserted(() -> assertThat(jobs.pods("polite")).isEmpty());
        assertThat(isAlive(pod)).isFalse();
        assertThat(log.get(10, TimeUnit.SECONDS)).startsWith("ready\n");
    }

    @Test
    void aProcessThatIgnoresTheRequestIsKilled() {
        jobs.run("stubborn", "trap '' TERM; echo ready; while :; do sleep 0.1; done", job -> job.editSpec()
                .editTemplate()
                .editSpec()
                .withTerminationGracePeriodSeconds(1L)
                .endSpec()
                .endTemplate()
                .endSpec());
        Pod pod = jobs.awaitPod("stubborn", "Running");
        awaitLog(pod, "ready\n");
        jobs.job("stubborn")
                .withPropagationPolicy(DeletionPropagation.BACKGROUND)
                .delete();
        await().untilAsserted(() -> assertThat(jobs.pods("stubborn")).isEmpty());
        assertThat(isAlive(pod)).isFalse();
    }

    @Test
    void aDeletedPodIsReplacedAndCounted() {
        jobs.run("again", "sleep 60", job -> job.editSpec().withBackoffLimit(3).endSpec());
        Pod first = jobs.awaitPod("again", "Running");
        CLUSTER.client().pods().resource(first).delete();
        await().untilAsserted(
                        () -> assertThat(jobs.pods("again")).singleElement().satisfies(pod -> {
                            assertThat(pod.getMetadata().getName())
                                    .isNotEqualTo(first.getMetadata().getName());
                            assertThat(pod.getStatus().getPhase()).isEqualTo("Running");
                        }));
        assertThat(jobs.job("again").get().getStatus().getFailed()).isEqualTo(1);
    }

    @Test
    void aPodThatIsDeletedBeforeItsStartFails() {
        var pods = CLUSTER.client().pods().inNamespace(jobs.namespace());
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withName("early")
                .withFinalizers("distillery.dev/looked-at")
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never")
                .addNewContainer()
                .withName("main")
                .withImage("an-image-that-is-not-there")
                .endContainer()
                .endSpec()
                .build();
        pods.resource(pod).create();
        await().until(() ->
                !pods.withName("early").get().getStatus().getContainerStatuses().isEmpty());

        pods.withName("early").delete();

        await().untilAsserted(() ->
                assertThat(pods.withName("early").get().getStatus().getPhase()).isEqualTo("Failed"));
        pods.withName("early").edit(kept -> new PodBuilder(kept)
                .editMetadata()
                .withFinalizers()
                .endMetadata()
                .build());
        await().until(() -> pods.withName("early").get() == null);
    }

    @Test
    void noProcessOutlivesTheCluster(@TempDir Path directory) throws Exception {
        Path child = directory.resolve("child");
        ProcessHandle process;
        try (EmbeddedCluster cluster = EmbeddedCluster.start(EmbeddedClusterOptions.in(directory.resolve("state"))
                .withImages(Map.of("shell", List.of("/bin/sh", "-c")))
                .withShutdownGrace(Duration.ofMillis(200)))) {
            Jobs own = new Jobs(cluster.client(), "default");
            own.run("parent", "trap '' TERM; sleep 300 & echo $! > %s; wait; sleep 300".formatted(child));
            process = ProcessHandle.of(pid(own.awaitPod("parent", "Running"))).orElseThrow();
            await().untilAsserted(() -> assertThat(child).isNotEmptyFile());
        }
        long childPid = Long.parseLong(Files.readString(child).trim());
        await().untilAsserted(() -> {
            assertThat(process.isAlive()).isFalse();
            assertThat(ProcessHandle.of(childPid).filter(ProcessHandle::isAlive))
                    .isEmpty();
        });
    }

    private void awaitLog(Pod pod, String text) {
        await().untilAsserted(() -> assertThat(jobs.log(pod)).startsWith(text));
    }

    private static boolean isAlive(Pod pod) {
        return ProcessHandle.of(pid(pod)).filter(ProcessHandle::isAlive).isPresent();
    }

    private static long pid(Pod pod) {
        String id = pod.getStatus().getContainerStatuses().get(0).getContainerID();
        return Long.parseLong(id.substring("process://".length()));
    }
}
