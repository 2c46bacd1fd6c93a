package dev.distillery.operator.stage;

import dev.distillery.recipe.Compute;
import dev.distillery.recipe.RecipeResolver;
import dev.distillery.recipe.ResolvedRecipe;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.recipe.TrainingRecipeSpec;
import dev.distillery.report.Stage;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a stage's resources are made from.
 *
 * @param name of the Job, and of the ConfigMap and the Secret that go with it
 * @param runId the recipe's run for the student, the content hash for the teacher
 * @param owner the recipe; a teacher may have more owners, added later
 */
public record StagePlan(
        Stage stage, String namespace, String name, String runId, ResolvedRecipe recipe, OwnerReference owner) {
    public static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    public static final String MANAGER = "distillery";
    public static final String STAGE = "distillery.dev/stage";
    public static final String RECIPE = "distillery.dev/recipe";
    public static final String RUN = "distillery.dev/run";
    /** Selects everything that the operator watches. */
    public static final String SELECTOR = MANAGED_BY + "=" + MANAGER;

    private static final int TEACHER_HASH_LENGTH = 16;
    private static final int RUN_HASH_LENGTH = 12;

    /** The teacher's stage; shared by all recipes of the namespace with the same teacher. */
    public static StagePlan teacher(TrainingRecipe recipe, ResolvedRecipe resolved) {
        String hash = resolved.teacherHash();
        return new StagePlan(
                Stage.TEACHER,
                resolved.namespace(),
                "teacher-" + hash.substring(0, TEACHER_HASH_LENGTH),
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
                runId,
                resolved,
                owner(recipe, true));
    }

    /** @return what names this run: the recipe's uid and what of its spec makes a run */
    public static String runId(TrainingRecipe recipe) {
        TrainingRecipeSpec running = recipe.getSpec().ofRun();
        return RecipeResolver.sha256(List.of(recipe.getMetadata().getUid(), running));
    }

    public Compute compute() {
        return recipe.spec().compute();
    }

    /** Labels of everything that belongs to this stage. */
    public Map<String, String> labels() {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put(MANAGED_BY, MANAGER);
        labels.put(STAGE, stage.toString());
        labels.put(RUN, runId.substring(0, TEACHER_HASH_LENGTH));
        if (stage == Stage.STUDENT) {
            labels.put(RECIPE, recipe.name());
        }
        return labels;
    }

    /** @return {@code namespace/name}, under which progress is filed */
    public String key() {
        return namespace + "/" + name;
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
