package dev.distillery.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

/** A valid recipe and what becomes of it when one field is written otherwise. */
public final class Recipes {
    public static final String VALID =
            """
            apiVersion: distillery.dev/v1alpha1
            kind: TrainingRecipe
            metadata: {name: tiny}
            spec:
              dataset:
                train: {images: {uri: "file:///data/a"}, labels: {uri: "file:///data/b"}}
                validation: {images: {uri: "file:///data/c"}, labels: {uri: "file:///data/d"}}
              teacher: {model: {family: resnet-cifar, depth: 14}, epochs: 12}
              student: {model: {family: resnet-cifar, depth: 8}, epochs: 12}
              publish: {destinations: [{uri: "file:///models"}]}
            """;

    private static final YAMLMapper YAML = new YAMLMapper();

    private Recipes() {}

    public static TrainingRecipeSpec spec() {
        return RecipeDocument.parse(VALID).spec();
    }

    /** @param changes pairs of a JSON pointer below {@code spec} and a value in YAML; an empty value removes the field */
    public static TrainingRecipeSpec with(String... changes) {
        return RecipeDocument.parse(text(changes)).spec();
    }

    /** Like {@link #with}, with folders of photographs. */
    public static TrainingRecipeSpec photographs(String... changes) {
        String[] all = new String[changes.length + 6];
        all[0] = "/dataset/format";
        all[1] = "imageFolder";
        all[2] = "/dataset/train";
        all[3] = "{folder: {uri: \"file:///data/train\"}}";
        all[4] = "/dataset/validation";
        all[5] = "{folder: {uri: \"file:///data/validation\"}}";
        System.arraycopy(changes, 0, all, 6, changes.length);
        return with(all);
    }

    /** Like {@link #with}, as text that need not be valid. */
    public static String text(String... changes) {
        try {
            JsonNode recipe = YAML.readTree(VALID);
            for (int i = 0; i < changes.length; i += 2) {
                set((ObjectNode) recipe.get("spec"), changes[i], changes[i + 1]);
            }
            return YAML.writeValueAsString(recipe);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static void set(ObjectNode spec, String pointer, String yaml) throws JsonProcessingException {
        String[] names = pointer.substring(1).split("/");
        ObjectNode at = spec;
        for (int i = 0; i < names.length - 1; i++) {
            at = at.withObject("/" + names[i]);
        }
        String last = names[names.length - 1];
        if (yaml.isEmpty()) {
            at.remove(last);
        } else {
            at.set(last, YAML.readTree(yaml));
        }
    }
}
