package dev.distillery.embedded.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.distillery.embedded.ClusterExtension;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class AccountTokensTest {
    private static final String AUDIENCE = "progress";

    @RegisterExtension
    static final ClusterExtension CLUSTER = new ClusterExtension();

    @TempDir
    Path folder;

    private Jobs jobs;

    @BeforeEach
    void makeNamespace() {
        jobs = new Jobs(CLUSTER.client(), CLUSTER.newNamespace());
    }

    @Test
    void aPodReadsATokenThatSaysWhoItIs() {
        jobs.run("tells", "cat $TOKEN; exec sleep 60", AccountTokensTest::withToken);
        Pod pod = jobs.awaitPod("tells", "Running");
        String token = await().until(() -> jobs.log(pod), log -> !log.isEmpty());
        assertThat(pod.getSpec().getServiceAccountName()).isEqualTo("default");
        TokenReview review = review(token);
        assertThat(review.getStatus().getAuthenticated()).isTrue();
        assertThat(review.getStatus().getAudiences()).containsExactly(AUDIENCE);
        assertThat(review.getStatus().getUser().getExtra())
                .containsEntry(
                        "authentication.kubernetes.io/pod-name",
                        List.of(pod.getMetadata().getName()))
                .containsEntry(
                        "authentication.kubernetes.io/pod-uid",
                        List.of(pod.getMetadata().getUid()));
        jobs.job("tells").delete();
        await("without its pod the token is good for nothing")
                .until(() -> !Boolean.TRUE.equals(review(token).getStatus().getAuthenticated()));
    }

    @Test
    void tokensAreRenewedInPlaceBeforeTheyEnd() throws Exception {
        jobs.run("renews", "exec sleep 60", AccountTokensTest::withToken);
        Pod pod = jobs.awaitPod("renews", "Running");
        assertThat(AccountTokens.renewal(pod)).contains(Duration.ofSeconds(480));
        PodDirectories directories = new PodDirectories(folder);
        PodVolumes volumes = new PodVolumes(CLUSTER.client(), directories, pod);
        Path mounted = volumes.mount(pod, pod.getSpec().getContainers().get(0)).get("/var/run/token");
        String first = Files.readString(mounted.resolve("token"));
        volumes.renewTokens(pod);
        String second = Files.readString(mounted.resolve("token"));
        assertThat(second).isNotEqualTo(first);
        assertThat(review(second).getStatus().getAuthenticated()).isTrue();
    }

    private static TokenReview review(String token) {
        return CLUSTER.client()
                .resource(new TokenReviewBuilder()
                        .withNewSpec()
                        .withToken(token)
                        .withAudiences(AUDIENCE)
                        .endSpec()
                        .build())
                .create();
    }

    private static JobBuilder withToken(JobBuilder job) {
        return job.editSpec()
                .editTemplate()
                .editSpec()
                .addNewVolume()
                .withName("token")
                .withNewProjected()
                .addNewSource()
                .withNewServiceAccountToken(AUDIENCE, 600L, "token")
                .endSource()
                .endProjected()
                .endVolume()
                .editFirstContainer()
                .addNewVolumeMount()
                .withName("token")
                .withMountPath("/var/run/token")
                .endVolumeMount()
                .addNewEnv()
                .withName("TOKEN")
                .withValue("/var/run/token/token")
                .endEnv()
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec();
    }
}
