package dev.distillery.operator.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.operator.Recipes;
import dev.distillery.recipe.Publish;
import dev.distillery.recipe.RecipeResolver;
import dev.distillery.recipe.ResolvedRecipe;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.recipe.TrainingRecipeSpec;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.net.URI;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class StageResourcesTest {
    private static final StageJob JOB = new StageJob(new StagePod("trainer:1", URI.create("http://operator:8080")));

    private final TrainingRecipe recipe = Recipes.stored("photos", true);
    private final ResolvedRecipe resolved = RecipeResolver.resolve("default", "photos", recipe.getSpec());
    private final StagePlan student = StagePlan.student(recipe, resolved);
    private final StagePlan teacher = StagePlan.teacher(recipe, resolved);

    @Test
    void samePlanGivesTheSameResources() {
        assertThat(JOB.desired(student, false)).isEqualTo(JOB.desired(student, false));
        assertThat(StageConfigMap.desired(student)).isEqualTo(StageConfigMap.desired(student));
        assertThat(StageSecret.desired(student, "t")).isEqualTo(StageSecret.desired(student, "t"));
    }

    @Test
    void suspendingDoesNotMakeAnotherRunAndAnyOtherChangeDoes() {
        TrainingRecipe suspended = Recipes.stored("photos", true);
        suspended.setSpec(suspended.getSpec().withSuspend(true));
        assertThat(StagePlan.runId(suspended)).isEqualTo(StagePlan.runId(recipe));
        TrainingRecipe seeded = Recipes.stored("photos", true);
        seeded.setSpec(seeded.getSpec().withTraining(seeded.getSpec().training().withSeed(9)));
        assertThat(StagePlan.runId(seeded)).isNotEqualTo(StagePlan.runId(recipe));
        assertThat(StagePlan.runId(Recipes.stored("other", true))).isNotEqualTo(StagePlan.runId(recipe));
    }

    @Test
    void namesFitWhereKubernetesPutsThem() {
        TrainingRecipe longest = Recipes.stored("a".repeat(40), true);
        StagePlan plan =
                StagePlan.student(longest, RecipeResolver.resolve("default", "a".repeat(40), longest.getSpec()));
        // The pod's name adds six characters, and the label job-name holds at most 63.
        assertThat(plan.name()).hasSizeLessThanOrEqualTo(63);
        assertThat(plan.labels().values()).allSatisfy(value -> assertThat(value).hasSizeLessThanOrEqualTo(63));
    }

    @Test
    void aTeacherHasNoControllerForItMayHaveSeveralOwners() {
        assertThat(teacher.owner().getController()).isNull();
        assertThat(student.owner().getController()).isTrue();
        assertThat(teacher.name()).startsWith("teacher-").doesNotContain("photos");
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
                .containsEntry("DISTILLERY_PROGRESS_URL", "http://operator:8080/progress/default/" + student.name())
                .containsEntry("DISTILLERY_CLAIMS", "photos=/mnt/claims/photos");
        assertThat(container.getVolumeMounts()).anySatisfy(mount -> {
            assertThat(mount.getMountPath()).isEqualTo("/mnt/claims/photos");
            assertThat(mount.getReadOnly()).isTrue();
        });
        assertThat(values).doesNotContainKey("DISTILLERY_PROGRESS_TOKEN");
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
    void onlyFailuresThatAnotherPodCouldMendAreTriedAgain() {
        Job job = JOB.desired(student, false);
        assertThat(job.getSpec().getBackoffLimit()).isEqualTo(3);
        assertThat(job.getSpec()
                        .getPodFailurePolicy()
                        .getRules()
                        .get(0)
                        .getOnExitCodes()
                        .getValues())
                .containsExactly(2, 10, 11, 12, 13, 14, 15, 16, 17);
        assertThat(job.getSpec().getPodFailurePolicy().getRules().get(1).getAction())
                .isEqualTo("Ignore");
    }

    @Test
    void theRecipeIsImmutable() {
        assertThat(StageConfigMap.desired(teacher).getImmutable()).isTrue();
        assertThat(StageConfigMap.desired(teacher).getData().get("recipe.json")).contains(resolved.teacherHash());
        assertThat(StageSecret.desired(teacher, "t").getImmutable()).isTrue();
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
        return JOB.desired(plan, false).getSpec().getTemplate().getSpec();
    }
}
