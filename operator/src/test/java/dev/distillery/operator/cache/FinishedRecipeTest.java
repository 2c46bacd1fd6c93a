package dev.distillery.operator.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.operator.Recipes;
import dev.distillery.operator.status.ServingCondition;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FinishedRecipeTest {
    @ParameterizedTest
    @EnumSource(Phase.class)
    void onlyWhatHasEndedIsPackedAndItIsTheSameRecipe(Phase phase) {
        TrainingRecipe sent = recipe(phase, 1, "run");
        TrainingRecipe read = read(sent);
        assertThat(read instanceof FinishedRecipe).isEqualTo(phase.terminal());
        assertThat(read.getMetadata()).isEqualTo(sent.getMetadata());
        assertThat(read.getSpec()).isEqualTo(sent.getSpec());
        assertThat(read.getStatus()).isEqualTo(sent.getStatus());
        assertThat(FinishedRecipe.phase(read)).isEqualTo(phase);
        assertThat(read.getKind()).isEqualTo("TrainingRecipe");
        assertThat(read.getFullResourceName()).isEqualTo(sent.getFullResourceName());
    }

    @Test
    void whatIsPackedIsSentAsItCame() {
        TrainingRecipe sent = recipe(Phase.READY, 1, "run");
        assertThat(plain().asJson(read(sent))).isEqualTo(plain().asJson(sent));
    }

    @Test
    void oneThatNobodyHasLookedAtIsNotPacked() {
        assertThat(FinishedRecipe.phase(read(Recipes.stored("photos", true)))).isNull();
    }

    @Test
    void whatKubectlKeepsForItselfIsNotCached() {
        TrainingRecipe sent = recipe(Phase.READY, 1, "run");
        sent.getMetadata()
                .setAnnotations(Map.of("kubectl.kubernetes.io/last-applied-configuration", "{}", "team", "vision"));
        assertThat(read(sent).getMetadata().getAnnotations()).isEqualTo(Map.of("team", "vision"));
    }

    @Test
    void atTheStartOnlyRecipesWithWorkLeftAreLookedAt() {
        Unsettled filter = new Unsettled();
        assertThat(filter.accept(read(recipe(Phase.READY, 1, "run")))).isFalse();
        assertThat(filter.accept(read(recipe(Phase.FAILED, 1, "run")))).isFalse();
        assertThat(filter.accept(read(recipe(Phase.TRAINING_STUDENT, 1, "run"))))
                .isTrue();
        assertThat(filter.accept(read(Recipes.stored("photos", true)))).isTrue();
        assertThat(filter.accept(read(recipe(Phase.READY, 0, "run"))))
                .as("edited since")
                .isTrue();
        assertThat(filter.accept(read(recipe(Phase.FAILED, 1, null))))
                .as("refused, perhaps by rules of before")
                .isTrue();
        TrainingRecipe served =
                Recipes.with(recipe(Phase.READY, 1, "run"), "/publish/inferenceService", Map.of("name", "photos"));
        assertThat(filter.accept(read(served))).as("served").isTrue();
        TrainingRecipe wasServed = recipe(Phase.READY, 1, "run");
        wasServed.setStatus(ServingCondition.serving(false, "Refused", "it cannot be deleted")
                .in(wasServed.getStatus(), null, Clock.systemUTC()));
        assertThat(filter.accept(read(wasServed)))
                .as("its service is to be deleted")
                .isTrue();
    }

    private static TrainingRecipe recipe(Phase phase, long observed, String runId) {
        TrainingRecipe recipe = Recipes.stored("photos", true);
        recipe.getMetadata().setGeneration(1L);
        recipe.setStatus(new TrainingRecipeStatus(
                observed, phase, "so it is", null, List.of(), null, null, null, null, null, null, null, runId));
        return recipe;
    }

    private static TrainingRecipe read(TrainingRecipe sent) {
        ObjectMapper mapper = new ObjectMapper();
        new PackedRecipes().customize(mapper);
        return new KubernetesSerialization(mapper, true).unmarshal(plain().asJson(sent), TrainingRecipe.class);
    }

    private static KubernetesSerialization plain() {
        return new KubernetesSerialization(new ObjectMapper(), true);
    }
}
