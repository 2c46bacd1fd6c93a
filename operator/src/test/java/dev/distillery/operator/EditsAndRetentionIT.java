package dev.distillery.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distillery.operator.stage.StageJob;
import dev.distillery.operator.stage.StagePlan;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What may be edited when, and what a run leaves behind: the packaged operator against an API server. */
class EditsAndRetentionIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path folder;

    private static KubernetesUnderTest kubernetes;
    private static OperatorUnderTest operator;

    @BeforeAll
    static void start() throws IOException {
        kubernetes = KubernetesUnderTest.start(folder.resolve("cluster"));
        client().resource(RecipeScenario.dataClaim()).create();
        operator = new OperatorUnderTest(kubernetes.kubeconfig(), folder.resolve("operator.log"));
        operator.start();
    }

    @AfterAll
    static void stop() throws IOException {
        if (kubernetes == null) {
            return; // skipped
        }
        operator.close();
        kubernetes.close();
        assertThat(operator.errors()).isEmpty();
    }

    @AfterEach
    void clear() throws IOException {
        client().resources(TrainingRecipe.class).inNamespace("default").delete();
        Awaitility.await("all is gone")
                .atMost(PATIENCE)
                .until(() -> client().resources(TrainingRecipe.class)
                                .inNamespace("default")
                                .list()
                                .getItems()
                                .isEmpty()
                        && all(Job.class).isEmpty());
        Files.deleteIfExists(go());
        Files.deleteIfExists(goTeacher());
    }

    @Test
    void whileItTrainsARecipeKeepsWhatItsWeightsDependOn() throws IOException {
        apply(Recipes.recipe("photos", "waits", false));
        awaitPhase(Phase.TRAINING_STUDENT);
        for (String change : List.of(
                "training: {seed: 7}",
                "dataset: {augmentation: {flip: true}}",
                "teacher: {model: {depth: 20}}",
                "teacher: null",
                "student: {epochs: 31}",
                "tricks: {labelSmoothing: {epsilon: 0.2}}",
                "export: {embedPreprocessing: false}",
                "compute: {gpus: 1}",
                "compute: {cpus: 2}",
                "compute: {workspaceClaim: other}")) {
            assertThatThrownBy(() -> patch("spec: {" + change + "}"))
                    .as(change)
                    .hasMessageContaining("a change would throw its work away")
                    .hasMessageContaining("suspend: true");
        }
        patch("spec: {training: {seed: 7}, suspend: true}");
        awaitPhase(Phase.SUSPENDED);
        patch("spec: {training: {seed: 8}}");
        patch("spec: {suspend: false}");
        awaitPhase(Phase.TRAINING_STUDENT);
        patch("spec: {gate: {minTop1: 0.1}}");
        Files.createFile(go());
        awaitPhase(Phase.READY);
        patch("spec: {training: {seed: 9}}");
    }

    /** After a preemption, or between attempts: what was computed is worth as much as while it trains. */
    @Test
    void whileItWaitsToGoOnFromACheckpointARecipeKeepsItToo() {
        apply(Recipes.inQueue(Recipes.recipe("photos", "happy", false), "team-a"));
        awaitPhase(Phase.PENDING);
        patch("spec: {training: {seed: 7}}");
        awaitPhase(Phase.PENDING);
        recipe().subresource("status")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"status\": {\"attempts\": {\"student\": 1, \"lastCheckpointStep\": 500}}}");
        assertThatThrownBy(() -> patch("spec: {training: {seed: 8}}"))
                .hasMessageContaining("waits to go on from a checkpoint")
                .hasMessageContaining("suspend: true");
        patch("spec: {training: {seed: 8}, suspend: true}");
    }

    @Test
    void jobsGoWhenTheirTimeHasComeAndTheRecipeStays() {
        apply(Recipes.recipe("photos", "happy", true));
        awaitPhase(Phase.READY);
        assertThat(all(Job.class)).hasSize(2);
        TrainingRecipeStatus ready = recipe().get().getStatus();
        // An hour is the default; asking for less is no new run.
        patch("spec: {retention: {podsAfterFinish: 0s}}");
        Awaitility.await("its Jobs go, and what belongs to them")
                .atMost(PATIENCE)
                .until(() -> phase() == Phase.READY
                        && all(Job.class).isEmpty()
                        && all(ConfigMap.class).isEmpty());
        TrainingRecipe kept = recipe().get();
        assertThat(kept.getStatus()).isEqualTo(ready.observedAt(ready.observedGeneration() + 1));
    }

    /** No edit tells of it, and nobody looks at a recipe whose run has ended. */
    @Test
    void jobsThatAreLeftWhenTheOperatorStartsGoToo() throws IOException {
        apply(Recipes.with(Recipes.recipe("photos", "happy", true), "/retention/podsAfterFinish", "20s"));
        awaitPhase(Phase.READY);
        operator.kill();
        assertThat(all(Job.class)).hasSize(2);
        operator.start();
        Awaitility.await("its Jobs go").atMost(PATIENCE).until(() -> all(Job.class)
                .isEmpty());
        assertThat(phase()).isEqualTo(Phase.READY);
    }

    /** Its name does not tell its settings, so that recipes can share it. */
    @Test
    void aTeacherGoesOnWithWhatWasEdited() throws IOException {
        apply(Recipes.recipe("photos", "teacher-waits", true));
        awaitPhase(Phase.TRAINING_TEACHER);
        Job first = all(Job.class).get(0);
        patch("spec: {compute: {memory: 2Gi}}");
        Awaitility.await("its Job is made anew").atMost(PATIENCE).until(() -> all(Job.class).stream()
                .anyMatch(job -> StageJob.memory(job).equals(new Quantity("2Gi"))));
        assertThat(all(Job.class)).singleElement().satisfies(job -> assertThat(
                        job.getMetadata().getName())
                .isEqualTo(first.getMetadata().getName()));
        awaitPhase(Phase.TRAINING_TEACHER);
        Files.createFile(goTeacher());
        awaitPhase(Phase.READY);
        assertThat(recipe().get().getStatus().attempts().teacher()).isEqualTo(1);
    }

    private static Path goTeacher() {
        return go().resolveSibling("go-teacher");
    }

    private static Path go() {
        return kubernetes.claim("default", "distillery-workspace").resolve("go");
    }

    private static void patch(String yaml) {
        recipe().patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        Serialization.asJson(Serialization.unmarshal(yaml, Map.class)));
    }

    private static void apply(TrainingRecipe recipe) {
        client().resource(recipe).forceConflicts().serverSideApply();
    }

    private static Phase phase() {
        return recipe().get().getStatus().phase();
    }

    private static void awaitPhase(Phase phase) {
        recipe().waitUntilCondition(
                        r -> r != null
                                && r.getStatus() != null
                                && r.getStatus().phase() == phase
                                && r.getMetadata()
                                        .getGeneration()
                                        .equals(r.getStatus().observedGeneration()),
                        PATIENCE.toSeconds(),
                        TimeUnit.SECONDS);
    }

    private static Resource<TrainingRecipe> recipe() {
        return client().resources(TrainingRecipe.class).inNamespace("default").withName("photos");
    }

    private static <T extends HasMetadata> List<T> all(Class<T> type) {
        return client().resources(type)
                .inNamespace("default")
                .withLabelSelector(StagePlan.SELECTOR)
                .list()
                .getItems();
    }

    private static KubernetesClient client() {
        return kubernetes.client();
    }
}
