package dev.distillery.operator.stage;

import static dev.distillery.operator.stage.Plans.pod;
import static dev.distillery.operator.stage.Plans.recipe;
import static dev.distillery.operator.stage.Plans.student;
import static dev.distillery.operator.stage.Plans.teacher;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.distillery.operator.Recipes;
import dev.distillery.recipe.TrainingRecipe;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimVolumeSource;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StagePodTest {
    @ParameterizedTest
    @ValueSource(strings = {"nvidia.com/gpu", "amd.com/gpu", "nvidia.com/mig-1g.10gb"})
    void aGpuIsWhateverResourceTheRecipeNames(String resource) {
        PodSpec pod = pod(student("/compute/gpus", 1, "/compute/gpuResource", resource));
        assertThat(pod.getContainers().get(0).getResources().getLimits()).containsEntry(resource, new Quantity("1"));
        assertThat(pod(student()).getContainers().get(0).getResources().getLimits())
                .containsOnlyKeys("memory");
    }

    @Test
    void whereARecipeMayRunIsPassedOn() {
        PodSpec pod = pod(student(
                "/compute/nodeSelector",
                Map.of("nvidia.com/gpu.product", "H100"),
                "/compute/tolerations",
                List.of(Map.of("key", "gpu", "operator", "Exists", "effect", "NoSchedule")),
                "/compute/topologySpreadConstraints",
                List.of(Map.of(
                        "maxSkew",
                        1,
                        "topologyKey",
                        "topology.kubernetes.io/zone",
                        "whenUnsatisfiable",
                        "ScheduleAnyway",
                        "labelSelector",
                        Map.of("matchLabels", Map.of("team", "vision")))),
                "/compute/priorityClassName",
                "batch",
                "/compute/runtimeClassName",
                "nvidia",
                "/compute/schedulerName",
                "volcano"));
        assertThat(pod.getNodeSelector()).containsEntry("nvidia.com/gpu.product", "H100");
        assertThat(pod.getTolerations()).anySatisfy(toleration -> {
            assertThat(toleration.getKey()).isEqualTo("gpu");
            assertThat(toleration.getOperator()).isEqualTo("Exists");
            assertThat(toleration.getEffect()).isEqualTo("NoSchedule");
        });
        assertThat(pod.getTopologySpreadConstraints()).singleElement().satisfies(spread -> {
            assertThat(spread.getTopologyKey()).isEqualTo("topology.kubernetes.io/zone");
            assertThat(spread.getLabelSelector().getMatchLabels()).containsEntry("team", "vision");
        });
        assertThat(pod.getPriorityClassName()).isEqualTo("batch");
        assertThat(pod.getRuntimeClassName()).isEqualTo("nvidia");
        assertThat(pod.getSchedulerName()).isEqualTo("volcano");
    }

    @Test
    void podsMeetTheRestrictedPodSecurityLevel() {
        PodSpec pod = pod(student());
        Container container = pod.getContainers().get(0);
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
    }

    @Test
    void thePodKnowsItsRecipeItsTokenAndItsClaims() {
        Container container = pod(student()).getContainers().get(0);
        var values = container.getEnv().stream()
                .filter(e -> e.getValue() != null)
                .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
        assertThat(container.getArgs()).containsExactly("student");
        assertThat(values)
                .containsEntry("DISTILLERY_RECIPE", "/etc/distillery/recipe.json")
                .containsEntry("DISTILLERY_RUN_ID", student().runId())
                .containsEntry(
                        "DISTILLERY_PROGRESS_URL",
                        "https://operator:8443/progress/default/" + student().name())
                .containsEntry("DISTILLERY_CLAIMS", "photos=/mnt/claims/photos");
        assertThat(container.getVolumeMounts()).anySatisfy(mount -> {
            assertThat(mount.getMountPath()).isEqualTo("/mnt/claims/photos");
            assertThat(mount.getReadOnly()).isTrue();
        });
        assertThat(values)
                .containsEntry("DISTILLERY_PROGRESS_INTERVAL", "PT5S")
                .containsEntry("DISTILLERY_PROGRESS_AUTHORITY", "CA")
                .containsEntry("DISTILLERY_PROGRESS_TOKEN_FILE", "/var/run/secrets/distillery/token");
        assertThat(pod(student()).getVolumes())
                .filteredOn(volume -> volume.getProjected() != null)
                .singleElement()
                .satisfies(volume -> {
                    var token = volume.getProjected().getSources().get(0).getServiceAccountToken();
                    assertThat(token.getAudience()).isEqualTo("distillery-progress");
                    assertThat(token.getPath()).isEqualTo("token");
                });
    }

    /** A kubelet waits for ever for the second of two volumes of one claim. */
    @Test
    void aWorkspaceThatHoldsDataAndModelsTooIsOneVolume() {
        StagePlan plan = student(
                "/dataset/validation/images/uri",
                "pvc://distillery-workspace/vi",
                "/publish/destinations",
                List.of(Map.of("uri", "pvc://models/vision")));
        PodSpec pod = pod(plan);
        assertThat(pod.getVolumes().stream()
                        .map(Volume::getPersistentVolumeClaim)
                        .filter(Objects::nonNull)
                        .map(PersistentVolumeClaimVolumeSource::getClaimName))
                .containsExactlyInAnyOrder("distillery-workspace", "models");
        assertThat(pod.getContainers().get(0).getVolumeMounts())
                .filteredOn(mount -> mount.getName().equals("workspace"))
                .extracting(VolumeMount::getMountPath, VolumeMount::getReadOnly)
                .containsExactlyInAnyOrder(
                        tuple("/var/lib/distillery", null), tuple("/mnt/claims/distillery-workspace", true));
    }

    @Test
    void aDestinationsSecretIsForTheStudentsPodAloneAndByReference() {
        TrainingRecipe published = Recipes.publishingTo(
                "[{uri: \"file:///models\"}, {uri: \"s3://models/vision\", secretRef: {name: bucket-writer}}]");
        PodSpec pod = pod(student(published));
        assertThat(pod.getContainers().get(0).getEnvFrom()).singleElement().satisfies(source -> {
            assertThat(source.getPrefix()).isEqualTo("DISTILLERY_DESTINATION_1_");
            assertThat(source.getSecretRef().getName()).isEqualTo("bucket-writer");
            assertThat(source.getSecretRef().getOptional()).isNotEqualTo(true);
        });
        assertThat(pod(teacher(published)).getContainers().get(0).getEnvFrom()).isEmpty();
        assertThat(pod.getVolumes()).noneMatch(volume -> volume.getName().contains("models"));
    }

    @Test
    void aRecipeWithAGpuHasTheTrainerForIt() {
        assertThat(pod(student()).getContainers().get(0).getImage()).isEqualTo("trainer:1");
        assertThat(pod(student("/compute/gpus", 1)).getContainers().get(0)).satisfies(container -> {
            assertThat(container.getImage()).isEqualTo("trainer-cuda:1");
            assertThat(container.getEnv()).contains(new EnvVar("DISTILLERY_IMAGE", "trainer-cuda:1", null));
        });
    }

    @Test
    void aPodHasTheGracePeriodOfTheRecipe() {
        assertThat(pod(student()).getTerminationGracePeriodSeconds()).isEqualTo(30);
    }

    @Test
    void onlyTheStudentGetsTheSigningKeyAndByReference() {
        TrainingRecipe signed = recipe("/publish/signing", Map.of("secretRef", Map.of("name", "release-key")));
        PodSpec pod = pod(student(signed));
        assertThat(pod.getVolumes())
                .filteredOn(volume -> volume.getSecret() != null)
                .extracting(volume -> volume.getSecret().getSecretName())
                .containsExactly("release-key");
        assertThat(pod.getContainers().get(0).getEnv())
                .contains(new EnvVar("DISTILLERY_SIGNING", "/etc/distillery-signing", null))
                .contains(new EnvVar("DISTILLERY_IMAGE", "trainer:1", null));
        assertThat(pod.getContainers().get(0).getVolumeMounts()).anySatisfy(mount -> {
            assertThat(mount.getMountPath()).isEqualTo("/etc/distillery-signing");
            assertThat(mount.getReadOnly()).isTrue();
        });
        for (StagePlan without : List.of(teacher(signed), student())) {
            assertThat(pod(without).getVolumes()).allMatch(volume -> volume.getSecret() == null);
            assertThat(pod(without).getContainers().get(0).getEnv())
                    .noneMatch(variable -> variable.getName().equals("DISTILLERY_SIGNING"));
        }
    }
}
