package dev.distillery.operator.stage;

import static dev.distillery.operator.stage.Plans.recipe;
import static dev.distillery.operator.stage.Plans.student;
import static dev.distillery.operator.stage.Plans.teacher;
import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.recipe.RecipeResolver;
import org.junit.jupiter.api.Test;

class StageConfigMapTest {
    @Test
    void theRecipeIsImmutable() {
        assertThat(StageConfigMap.desired(teacher()).getImmutable()).isTrue();
    }

    @Test
    void itHoldsTheResolvedRecipe() {
        String hash =
                RecipeResolver.resolve("default", "photos", recipe().getSpec()).teacherHash();
        assertThat(StageConfigMap.desired(teacher()).getData().get("recipe.json"))
                .contains(hash);
    }

    @Test
    void theSamePlanGivesTheSame() {
        assertThat(StageConfigMap.desired(student())).isEqualTo(StageConfigMap.desired(student()));
    }
}
