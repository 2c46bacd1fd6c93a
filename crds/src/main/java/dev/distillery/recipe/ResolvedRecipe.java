package dev.distillery.recipe;

/**
 * A recipe with nothing left open: what the ConfigMap holds and the trainer reads.
 *
 * @param spec all defaults filled in, the family's too
 * @param modelName under which the student is published
 * @param digest SHA-256 over what determines the student: data, networks, training, tricks, export; not where it runs
 *     or where it goes
 * @param teacherHash SHA-256 over what determines the teacher; null without distillation
 */
public record ResolvedRecipe(
        String namespace, String name, String modelName, TrainingRecipeSpec spec, String digest, String teacherHash) {}
