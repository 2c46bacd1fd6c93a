package dev.distillery.operator.cache;

import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.util.StdConverter;
import dev.distillery.recipe.TrainingRecipe;
import io.quarkus.kubernetes.client.KubernetesClientObjectMapperCustomizer;
import jakarta.inject.Singleton;

/** Packs recipes whose run has ended as they arrive. */
@Singleton
final class PackedRecipes implements KubernetesClientObjectMapperCustomizer {
    /** What kubectl apply keeps for itself: the spec once more. */
    private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

    @JsonDeserialize(using = JsonDeserializer.None.class, converter = Pack.class)
    private interface Recipe {}

    private static final class Pack extends StdConverter<TrainingRecipe, TrainingRecipe> {
        @Override
        public TrainingRecipe convert(TrainingRecipe recipe) {
            if (recipe.getMetadata() != null && recipe.getMetadata().getAnnotations() != null) {
                recipe.getMetadata().getAnnotations().remove(LAST_APPLIED);
            }
            return FinishedRecipe.ifFinished(recipe);
        }
    }

    @Override
    public void customize(ObjectMapper mapper) {
        mapper.addMixIn(TrainingRecipe.class, Recipe.class);
    }
}
