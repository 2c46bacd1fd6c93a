package dev.distillery.operator.stage;

import dev.distillery.recipe.Compute;
import dev.distillery.recipe.RecipeResolver;
import dev.distillery.recipe.ResolvedRecipe;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.recipe.TrainingRecipeSpec;
import dev.distillery.report.Stage;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a stage's resources are made from.
 *
 * @param stageName names the stage by content hash; with the attempt it is the Job's name
 * @param attempt from 1
 * @param runId the recipe's run for the student; for the teacher a hash of its content and of the claim that it lies in
 * @param owner the recipe; a teacher may have more owners, added later
 */
public record StagePlan(
        Stage stage,
        String namespace,
        String stageName,
        int attempt,
        String runId,
        ResolvedRecipe recipe,
        OwnerReference owner) {
    public static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    public static final String MANAGER = "distillery";
    public static final String STAGE = "distillery.dev/stage";
    public static final String RECIPE = "distillery.dev/recipe";
    public static final String RUN = "distillery.dev/run";
    public static final String ATTEMPT = "distillery.dev/attempt";
    /** Selects everything that the operator watches: of stages only, as KServe hands a service's labels on to its pods. */
    public static final String SELECTOR = MANAGED_BY + "=" + MANAGER + "," + STAGE;

    private static final int LABEL_HASH_LENGTH = 16;
    /** With a recipe's name of 40 characters and an attempt of three digits, a Job's name has the 63 that it may have. */
    private static final int RUN_HASH_LENGTH = 10;

    /** The teacher's stage; shared by all recipes of the namespace with the same teacher in the same workspace. */
    public static StagePlan teacher(TrainingRecipe recipe, ResolvedRecipe resolved) {
        String hash = RecipeResolver.sha256(
                List.of(resolved.teacherHash(), resolved.spec().compute().workspaceClaim()));
        return new StagePlan(
                Stage.TEACHER,
                resolved.namespace(),
                "teacher-" + hash.substring(0, LABEL_HASH_LENGTH),
                1,
                hash,
                resolved,
                owner(recipe, false));
    }

    public static StagePlan student(TrainingRecipe recipe, ResolvedRecipe resolved) {
        String runId = runId(recipe);
        return new StagePlan(
                Stage.STUDENT,
                resolved.namespace(),
                resolved.name() + "-student-" + runId.substring(0, RUN_HASH_LENGTH),
                1,
                runId,
                resolved,
                owner(recipe, true));
    }

    /** @return what names this run: the recipe's uid and what of its spec makes a run */
    public static String runId(TrainingRecipe recipe) {
        TrainingRecipeSpec running = recipe.getSpec().ofRun();
        return RecipeResolver.sha256(List.of(recipe.getMetadata().getUid(), running));
    }

    public StagePlan withAttempt(int other) {
        return new StagePlan(stage, namespace, stageName, other, runId, recipe, owner);
    }

    /** @return the attempt that a Job or a pod of the operator's belongs to, from 1 */
    public static int attemptOf(HasMetadata resource) {
        return Integer.parseInt(resource.getMetadata().getLabels().getOrDefault(ATTEMPT, "1"));
    }

    /** @return of the Job, and of the ConfigMap that goes with it */
    public String name() {
        return stageName + "-" + attempt;
    }

    /** @return what the label {@link #RUN} says: the same for all attempts, and for no other stage of the namespace */
    public String run() {
        return runId.substring(0, LABEL_HASH_LENGTH);
    }

    public Compute compute() {
        return recipe.spec().compute();
    }

    /** Labels of everything that belongs to this stage. */
    public Map<String, String> labels() {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put(MANAGED_BY, MANAGER);
        labels.put(STAGE, stage.toString());
        labels.put(RUN, run());
        labels.put(ATTEMPT, Integer.toString(attempt));
        if (stage == Stage.STUDENT) {
            labels.put(RECIPE, recipe.name());
        }
        return labels;
    }

    /** @return labels of the pods that use the same checkpoints: this teacher's, or this recipe's students' of any run */
    public Map<String, String> place() {
        return stage == Stage.TEACHER
                ? Map.of(MANAGED_BY, MANAGER, STAGE, stage.toString(), RUN, run())
                : Map.of(MANAGED_BY, MANAGER, STAGE, stage.toString(), RECIPE, recipe.name());
    }

    /** @return {@code namespace/name}, under which progress is filed */
    public String key() {
        return namespace + "/" + name();
    }

    private static OwnerReference owner(TrainingRecipe recipe, boolean controller) {
        return new OwnerReferenceBuilder()
                .withApiVersion(recipe.getApiVersion())
                .withKind(recipe.getKind())
                .withName(recipe.getMetadata().getName())
                .withUid(recipe.getMetadata().getUid())
                .withController(controller ? Boolean.TRUE : null)
                .build();
    }
}
