package dev.distillery.operator.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.distillery.operator.Recipes;
import dev.distillery.recipe.Publish;
import dev.distillery.recipe.RecipeResolver;
import dev.distillery.recipe.ResolvedRecipe;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.recipe.TrainingRecipeSpec;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimVolumeSource;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRule;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StageResourcesTest {
    private static final StageJob JOB = new StageJob(new StagePod(
            new TrainerImages("trainer:1", "trainer-cuda:1"),
            () -> new ProgressAccess(URI.create("https://operator:8443"), Duration.ofSeconds(5), "CA")));

    private final TrainingRecipe recipe = Recipes.stored("photos", true);
    private final ResolvedRecipe resolved = RecipeResolver.resolve("default", "photos", recipe.getSpec());
    private final StagePlan student = StagePlan.student(recipe, resolved);
    private final StagePlan teacher = StagePlan.teacher(recipe, resolved);

    @Test
    void samePlanGivesTheSameResources() {
        assertThat(JOB.desired(student)).isEqualTo(JOB.desired(student));
        assertThat(StageConfigMap.desired(student)).isEqualTo(StageConfigMap.desired(student));
    }

    @Test
    void neitherSuspendingNorRetentionMakesAnotherRunAndAnyOtherChangeDoes() {
        TrainingRecipe suspended = Recipes.stored("photos", true);
        suspended.setSpec(suspended.getSpec().withSuspend(true));
        assertThat(StagePlan.runId(suspended)).isEqualTo(StagePlan.runId(recipe));
        TrainingRecipe kept = Recipes.stored("photos", true);
        Recipes.with(kept, "/retention/podsAfterFinish", "7d");
        Recipes.with(kept, "/retention/checkpoints", "keep");
        assertThat(StagePlan.runId(kept)).isEqualTo(StagePlan.runId(recipe));
        TrainingRecipe seeded = Recipes.stored("photos", true);
        seeded.setSpec(seeded.getSpec().withTraining(seeded.getSpec().training().withSeed(9)));
        assertThat(StagePlan.runId(seeded)).isNotEqualTo(StagePlan.runId(recipe));
        assertThat(StagePlan.runId(Recipes.stored("other", true))).isNotEqualTo(StagePlan.runId(recipe));
    }

    @Test
    void namesFitWhereKubernetesPutsThem() {
        TrainingRecipe longest = Recipes.stored("a".repeat(40), true);
        StagePlan plan = StagePlan.student(
                        longest, RecipeResolver.resolve("default", "a".repeat(40), longest.getSpec()))
                .withAttempt(101);
        // The pod's name adds six characters, and the label job-name holds at most 63.
        assertThat(plan.name()).hasSizeLessThanOrEqualTo(63);
        assertThat(plan.labels().values()).allSatisfy(value -> assertThat(value).hasSizeLessThanOrEqualTo(63));
    }

    /** By these the API server is asked for pods that are in the way. */
    @Test
    void aPodHasTheLabelsOfItsPlaceWhateverItsAttempt() {
        assertThat(JOB.desired(student.withAttempt(2))
                        .getSpec()
                        .getTemplate()
                        .getMetadata()
                        .getLabels())
                .containsAllEntriesOf(student.place());
        assertThat(JOB.desired(teacher.withAttempt(2))
                        .getSpec()
                        .getTemplate()
                        .getMetadata()
                        .getLabels())
                .containsAllEntriesOf(teacher.place());
        assertThat(student.place()).isNotEqualTo(teacher.place()).doesNotContainKeys(StagePlan.RUN, StagePlan.ATTEMPT);
    }

    @Test
    void aTeacherHasNoControllerForItMayHaveSeveralOwners() {
        assertThat(teacher.owner().getController()).isNull();
        assertThat(student.owner().getController()).isTrue();
        assertThat(teacher.name()).startsWith("teacher-").doesNotContain("photos");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nvidia.com/gpu", "amd.com/gpu", "nvidia.com/mig-1g.10gb"})
    void aGpuIsWhateverResourceTheRecipeNames(String resource) {
        PodSpec pod = pod(student("/compute/gpus", 1, "/compute/gpuResource", resource));
        assertThat(pod.getContainers().get(0).getResources().getLimits()).containsEntry(resource, new Quantity("1"));
        assertThat(pod(student).getContainers().get(0).getResources().getLimits())
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

    /** @param changes pointers and values */
    private static StagePlan student(Object... changes) {
        TrainingRecipe changed = changed(changes);
        return StagePlan.student(changed, RecipeResolver.resolve("default", "photos", changed.getSpec()));
    }

    private static StagePlan teacher(Object... changes) {
        TrainingRecipe changed = changed(changes);
        return StagePlan.teacher(changed, RecipeResolver.resolve("default", "photos", changed.getSpec()));
    }

    private static TrainingRecipe changed(Object... changes) {
        TrainingRecipe changed = Recipes.stored("photos", true);
        for (int i = 0; i < changes.length; i += 2) {
            Recipes.with(changed, (String) changes[i], changes[i + 1]);
        }
        return changed;
    }

    @Test
    void podsMeetTheRestrictedPodSecurityLevel() {
        PodSpec pod = pod(student);
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
        Container container = pod(student).getContainers().get(0);
        var values = container.getEnv().stream()
                .filter(e -> e.getValue() != null)
                .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
        assertThat(container.getArgs()).containsExactly("student");
        assertThat(values)
                .containsEntry("DISTILLERY_RECIPE", "/etc/distillery/recipe.json")
                .containsEntry("DISTILLERY_RUN_ID", student.runId())
                .containsEntry("DISTILLERY_PROGRESS_URL", "https://operator:8443/progress/default/" + student.name())
                .containsEntry("DISTILLERY_CLAIMS", "photos=/mnt/claims/photos");
        assertThat(container.getVolumeMounts()).anySatisfy(mount -> {
            assertThat(mount.getMountPath()).isEqualTo("/mnt/claims/photos");
            assertThat(mount.getReadOnly()).isTrue();
        });
        assertThat(values)
                .containsEntry("DISTILLERY_PROGRESS_INTERVAL", "PT5S")
                .containsEntry("DISTILLERY_PROGRESS_AUTHORITY", "CA")
                .containsEntry("DISTILLERY_PROGRESS_TOKEN_FILE", "/var/run/secrets/distillery/token");
        assertThat(pod(student).getVolumes())
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
    void aTeachersSettingsAreComparedThoughItsNameStays() {
        assertThat(StageJob.hasSettingsOf(teacher, JOB.desired(teacher))).isTrue();
        for (List<Object> edit : List.<List<Object>>of(
                List.of("/compute/memory", "2Gi"),
                List.of("/compute/nodeSelector", Map.of("disk", "ssd")),
                List.of("/checkpoint/gracePeriodSeconds", 99),
                List.of("/retry/timeoutSeconds", 600))) {
            StagePlan edited = teacher(edit.toArray());
            assertThat(edited.name()).isEqualTo(teacher.name());
            assertThat(StageJob.hasSettingsOf(edited, JOB.desired(teacher)))
                    .as(edit.toString())
                    .isFalse();
        }
        Job old = JOB.desired(teacher);
        old.getMetadata().setAnnotations(Map.of());
        assertThat(StageJob.hasSettingsOf(teacher("/compute/memory", "2Gi"), old))
                .as("of an earlier release")
                .isTrue();
        assertThat(StageJob.hasSettingsOf(teacher("/retry/limit", 9), JOB.desired(teacher)))
                .as("none of a Job's")
                .isTrue();
    }

    @Test
    void aDestinationsSecretIsForTheStudentsPodAloneAndByReference() {
        TrainingRecipe published = Recipes.publishingTo(
                "[{uri: \"file:///models\"}, {uri: \"s3://models/vision\", secretRef: {name: bucket-writer}}]");
        ResolvedRecipe there = RecipeResolver.resolve("default", "photos", published.getSpec());
        PodSpec pod = pod(StagePlan.student(published, there));
        assertThat(pod.getContainers().get(0).getEnvFrom()).singleElement().satisfies(source -> {
            assertThat(source.getPrefix()).isEqualTo("DISTILLERY_DESTINATION_1_");
            assertThat(source.getSecretRef().getName()).isEqualTo("bucket-writer");
            assertThat(source.getSecretRef().getOptional()).isNotEqualTo(true);
        });
        assertThat(pod(StagePlan.teacher(published, there))
                        .getContainers()
                        .get(0)
                        .getEnvFrom())
                .isEmpty();
        assertThat(pod.getVolumes()).noneMatch(volume -> volume.getName().contains("models"));
    }

    @Test
    void anAttemptIsOneJobThatFailsAtOnceAndReplacesPodsThatWereStopped() {
        Job job = JOB.desired(student.withAttempt(2));
        assertThat(job.getMetadata().getName()).isEqualTo(student.stageName() + "-2");
        assertThat(StagePlan.attemptOf(job)).isEqualTo(2);
        assertThat(job.getSpec().getBackoffLimit()).isZero();
        assertThat(job.getSpec().getPodReplacementPolicy()).isEqualTo("Failed");
        assertThat(job.getSpec().getPodFailurePolicy().getRules())
                .extracting(PodFailurePolicyRule::getAction)
                .containsExactly("FailJob", "Ignore", "Ignore");
        assertThat(exitCodes(job, 0)).containsExactly(2, 10, 11, 12, 13, 14, 15, 16, 17);
        assertThat(exitCodes(job, 1)).containsExactly(143);
        assertThat(job.getSpec()
                        .getPodFailurePolicy()
                        .getRules()
                        .get(2)
                        .getOnPodConditions()
                        .get(0)
                        .getType())
                .isEqualTo("DisruptionTarget");
    }

    @Test
    void limitsAreComparedByWhatTheyAmountTo() {
        StagePlan plan = student("/compute/memory", "2048Mi", "/retry/timeoutSeconds", 600);
        assertThat(StageJob.hasLimitsOf(plan, JOB.desired(plan))).isTrue();
        Job same = JOB.desired(student("/compute/memory", "2Gi", "/retry/timeoutSeconds", 600));
        assertThat(StageJob.hasLimitsOf(plan, same)).isTrue();
        Job smaller = JOB.desired(student("/compute/memory", "1Gi", "/retry/timeoutSeconds", 600));
        assertThat(StageJob.hasLimitsOf(plan, smaller)).isFalse();
        Job longer = JOB.desired(student("/compute/memory", "2Gi"));
        assertThat(StageJob.hasLimitsOf(plan, longer)).isFalse();
    }

    @Test
    void anImageThatAWebhookRewroteIsNoOtherImage() {
        Job job = JOB.desired(student);
        assertThat(JOB.hasImageOf(student, job)).isTrue();
        Container trainer =
                job.getSpec().getTemplate().getSpec().getContainers().get(0);
        // As the operator's caches hold it.
        trainer.setEnv(List.of());
        trainer.setImage("mirror/trainer:1");
        assertThat(JOB.hasImageOf(student, job)).isTrue();
        Job onGpu = JOB.desired(student("/compute/gpus", 1));
        assertThat(JOB.hasImageOf(student, onGpu)).isFalse();
        onGpu.getMetadata().setAnnotations(null);
        assertThat(JOB.hasImageOf(student, onGpu)).as("of an earlier release").isTrue();
    }

    @Test
    void aQueueGetsASuspendedJobWithItsName() {
        assertThat(JOB.desired(student).getSpec().getSuspend()).isFalse();
        assertThat(StageJob.queue(JOB.desired(student))).isEmpty();
        Job queued = JOB.desired(StagePlan.student(recipe, inQueue("team-a")));
        assertThat(queued.getSpec().getSuspend()).isTrue();
        assertThat(queued.getMetadata().getLabels()).containsEntry("kueue.x-k8s.io/queue-name", "team-a");
        assertThat(StageJob.queue(queued)).contains("team-a");
    }

    @Test
    void aRecipeWithAGpuHasTheTrainerForIt() {
        TrainingRecipe gpu = Recipes.with(Recipes.stored("photos", true), "/compute/gpus", 1);
        StagePlan plan = StagePlan.student(gpu, RecipeResolver.resolve("default", "photos", gpu.getSpec()));
        assertThat(pod(student).getContainers().get(0).getImage()).isEqualTo("trainer:1");
        assertThat(pod(plan).getContainers().get(0)).satisfies(container -> {
            assertThat(container.getImage()).isEqualTo("trainer-cuda:1");
            assertThat(container.getEnv()).contains(new EnvVar("DISTILLERY_IMAGE", "trainer-cuda:1", null));
        });
    }

    @Test
    void aPodHasTheGracePeriodOfTheRecipe() {
        assertThat(pod(student).getTerminationGracePeriodSeconds()).isEqualTo(30);
    }

    @Test
    void thePauseBetweenAttemptsDoublesToALimit() {
        BackOff backOff = new BackOff(Duration.ofSeconds(10), Duration.ofMinutes(10));
        assertThat(backOff.after(1)).isEqualTo(Duration.ofSeconds(10));
        assertThat(backOff.after(4)).isEqualTo(Duration.ofSeconds(80));
        assertThat(backOff.after(7)).isEqualTo(Duration.ofMinutes(10));
        assertThat(backOff.after(101)).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void theRecipeIsImmutable() {
        assertThat(StageConfigMap.desired(teacher).getImmutable()).isTrue();
        assertThat(StageConfigMap.desired(teacher).getData().get("recipe.json")).contains(resolved.teacherHash());
    }

    private ResolvedRecipe inQueue(String queue) {
        return RecipeResolver.resolve(
                "default", "photos", Recipes.inQueue(recipe, queue).getSpec());
    }

    private static List<Integer> exitCodes(Job job, int rule) {
        return job.getSpec()
                .getPodFailurePolicy()
                .getRules()
                .get(rule)
                .getOnExitCodes()
                .getValues();
    }

    @Test
    void onlyTheStudentGetsTheSigningKeyAndByReference() {
        TrainingRecipeSpec spec = recipe.getSpec();
        Publish publish = new Publish(
                spec.publish().destinations(),
                null,
                null,
                new Publish.Signing(new Publish.SecretRef("release-key")),
                null);
        TrainingRecipe signed = Recipes.stored("photos", true);
        signed.setSpec(spec.withPublish(publish));
        ResolvedRecipe plan = RecipeResolver.resolve("default", "photos", signed.getSpec());
        PodSpec pod = pod(StagePlan.student(signed, plan));
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
        for (StagePlan without : List.of(StagePlan.teacher(signed, plan), student)) {
            assertThat(pod(without).getVolumes()).allMatch(volume -> volume.getSecret() == null);
            assertThat(pod(without).getContainers().get(0).getEnv())
                    .noneMatch(variable -> variable.getName().equals("DISTILLERY_SIGNING"));
        }
    }

    private static PodSpec pod(StagePlan plan) {
        return JOB.desired(plan).getSpec().getTemplate().getSpec();
    }
}
