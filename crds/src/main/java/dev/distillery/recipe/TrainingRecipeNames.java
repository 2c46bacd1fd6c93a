package dev.distillery.recipe;

/** The kind's names, without Kubernetes on the class path. */
public final class TrainingRecipeNames {
    public static final String GROUP = "distillery.dev";
    public static final String VERSION = "v1alpha1";
    public static final String API_VERSION = GROUP + "/" + VERSION;
    public static final String KIND = "TrainingRecipe";
    public static final String PLURAL = "trainingrecipes";

    private TrainingRecipeNames() {}
}
