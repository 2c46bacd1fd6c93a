package dev.distillery.embedded.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.distillery.embedded.ClusterExtension;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PodSetupTest {
    @RegisterExtension
    static final ClusterExtension CLUSTER = new ClusterExtension(1);

    private Jobs jobs;

    @BeforeEach
    void makeNamespace() {
        jobs = new Jobs(CLUSTER.client(), CLUSTER.newNamespace());
    }

    @Test
    void resolvesVariablesFromTheirSources() {
        CLUSTER.client()
                .resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName("login")
                        .withNamespace(jobs.namespace())
                        .endMetadata()
                        .addToStringData("password", "/data/is-secret")
                        .build())
                .create();
        jobs.run("env", "echo \"$PASSWORD $SPACE $PLAIN\"", job -> job.editSpec()
                .editTemplate()
                .editSpec()
                .addNewVolume()
                .withName("data")
                .withNewEmptyDir()
                .endEmptyDir()
                .endVolume()
                .editFirstContainer()
                .addNewVolumeMount()
                .withName("data")
                .withMountPath("/data")
                .endVolumeMount()
                .addNewEnv()
                .withName("PASSWORD")
                .withNewValueFrom()
                .withNewSecretKeyRef("password", "login", false)
                .endValueFrom()
                .endEnv()
                .addNewEnv()
                .withName("SPACE")
                .withNewValueFrom()
                .withNewFieldRef("v1", "metadata.namespace")
                .endValueFrom()
                .endEnv()
                .addNewEnv()
                .withName("PLAIN")
                .withValue("in $(SPACE)")
                .endEnv()
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec());
        assertThat(jobs.log(jobs.awaitPod("env", "Succeeded")))
                .isEqualTo("/data/is-secret %1$s in %1$s\n".formatted(jobs.namespace()));
    }

    @Test
    void mountsConfigMapsAndClaimsByRewritingPaths() {
        CLUSTER.client()
                .resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("recipe")
                        .withNamespace(jobs.namespace())
                        .endMetadata()
                        .addToData("recipe.yaml", "epochs: 1")
                        .build())
                .create();
        CLUSTER.client()
                .resource(new PersistentVolumeClaimBuilder()
                        .withNewMetadata()
                        .withName("models")
                        .withNamespace(jobs.namespace())
                        .endMetadata()
                        .withNewSpec()
                        .withAccessModes("ReadWriteOnce")
                        .withNewResources()
                        .addToRequests("storage", new Quantity("1Gi"))
                        .endResources()
                        .endSpec()
                        .build())
                .create();
        await().untilAsserted(() -> assertThat(CLUSTER.client()
                        .persistentVolumeClaims()
                        .inNamespace(jobs.namespace())
                        .withName("models")
                        .get()
                        .getStatus()
                        .getPhase())
                .isEqualTo("Bound"));

        jobs.run("write", "cp /etc/recipe/recipe.yaml /models/copy", job -> withVolumes(job));
        jobs.awaitCondition("write", "Complete");
        jobs.run("read", "cat \"$MODELS/copy\"", job -> withVolumes(job)
                .editSpec()
                .editTemplate()
                .editSpec()
                .editFirstContainer()
                .addNewEnv()
                .withName("MODELS")
                .withValue("/models")
                .endEnv()
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec());
        assertThat(jobs.log(jobs.awaitPod("read", "Succeeded"))).isEqualTo("epochs: 1");
    }

    @Test
    void waitsForASecretThatComesLater() {
        jobs.run("early", "echo $PASSWORD", job -> job.editSpec()
                .editTemplate()
                .editSpec()
                .editFirstContainer()
                .addNewEnv()
                .withName("PASSWORD")
                .withNewValueFrom()
                .withNewSecretKeyRef("password", "late", false)
                .endValueFrom()
                .endEnv()
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec());
        await().untilAsserted(() -> assertThat(waitingReasons("early")).containsExactly("CreateContainerConfigError"));
        CLUSTER.client()
                .resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName("late")
                        .withNamespace(jobs.namespace())
                        .endMetadata()
                        .addToStringData("password", "x")
                        .build())
                .create();
        jobs.awaitCondition("early", "Complete");
    }

    @Test
    void anUnknownImageStaysPending() {
        jobs.run("unknown", "exit 0", job -> job.editSpec()
                .editTemplate()
                .editSpec()
                .editFirstContainer()
                .withImage("nobody/knows:1")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec());
        await().untilAsserted(() -> assertThat(waitingReasons("unknown")).containsExactly("ErrImagePull"));
        await().untilAsserted(() -> assertThat(CLUSTER.client()
                        .v1()
                        .events()
                        .inNamespace(jobs.namespace())
                        .list()
                        .getItems())
                .anySatisfy(event -> assertThat(event.getMessage()).contains("nobody/knows:1")));
    }

    @Test
    void gpusAreGivenToOnePodAtATime() {
        Quantity one = new Quantity("1");
        CLUSTER.client().resource(gpuPod("first", "sleep 60", one)).create();
        await().untilAsserted(() -> assertThat(phase("first")).isEqualTo("Running"));
        CLUSTER.client().resource(gpuPod("second", "exit 0", one)).create();
        await().untilAsserted(() -> assertThat(CLUSTER.client()
                        .pods()
                        .inNamespace(jobs.namespace())
                        .withName("second")
                        .get()
                        .getStatus()
                        .getConditions())
                .anySatisfy(condition -> {
                    assertThat(condition.getReason()).isEqualTo("Unschedulable");
                    assertThat(condition.getMessage()).contains("Insufficient nvidia.com/gpu");
                }));

        CLUSTER.client().pods().inNamespace(jobs.namespace()).withName("first").delete();
        await().untilAsserted(() -> assertThat(phase("second")).isEqualTo("Succeeded"));
    }

    private Pod gpuPod(String name, String script, Quantity gpus) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(jobs.namespace())
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never")
                .addNewContainer()
                .withName("main")
                .withImage("shell")
                .withArgs(script)
                .withNewResources()
                .withLimits(Map.of("nvidia.com/gpu", gpus))
                .endResources()
                .endContainer()
                .endSpec()
                .build();
    }

    private String phase(String pod) {
        return CLUSTER.client()
                .pods()
                .inNamespace(jobs.namespace())
                .withName(pod)
                .get()
                .getStatus()
                .getPhase();
    }

    private List<String> waitingReasons(String job) {
        return jobs.pods(job).stream()
                .flatMap(pod -> pod.getStatus().getContainerStatuses().stream())
                .map(container -> container.getState().getWaiting())
                .filter(Objects::nonNull)
                .map(ContainerStateWaiting::getReason)
                .toList();
    }

    private static JobBuilder withVolumes(JobBuilder job) {
        return job.editSpec()
                .editTemplate()
                .editSpec()
                .addNewVolume()
                .withName("recipe")
                .withNewConfigMap()
                .withName("recipe")
                .endConfigMap()
                .endVolume()
                .addNewVolume()
                .withName("models")
                .withNewPersistentVolumeClaim("models", false)
                .endVolume()
                .editFirstContainer()
                .addNewVolumeMount()
                .withName("recipe")
                .withMountPath("/etc/recipe")
                .endVolumeMount()
                .addNewVolumeMount()
                .withName("models")
                .withMountPath("/models")
                .endVolumeMount()
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec();
    }
}
