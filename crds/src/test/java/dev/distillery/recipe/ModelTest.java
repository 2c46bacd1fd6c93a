package dev.distillery.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.recipe.Network.Model;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelTest {
    @ParameterizedTest
    @CsvSource({
        "RESNET_CIFAR, 8, 1, resnet-cifar-8",
        "RESNET_CIFAR, 8, 4, resnet-cifar-8x4",
        "RESNET, 50, 0.5, resnet-50x0.5",
        "MOBILENET_V2, , 1, mobilenet-v2",
        "MOBILENET_V2, , 1.4, mobilenet-v2-x1.4"
    })
    void isCalledByFamilyAndSize(ModelFamily family, Integer depth, double width, String label) {
        assertThat(new Model(family, depth, width).label()).isEqualTo(label);
    }

    @Test
    void theWidthOfThePapersIsTheDefault() {
        assertThat(Recipes.spec().student().model()).isEqualTo(new Model(ModelFamily.RESNET_CIFAR, 8));
        assertThat(Recipes.spec().student().model().width()).isEqualTo(1);
    }

    @Test
    void readsAsItWasWritten() throws Exception {
        ObjectMapper json = new ObjectMapper();
        Model model = new Model(ModelFamily.MOBILENET_V2, null, 0.75);
        assertThat(json.readValue(json.writeValueAsString(model), Model.class)).isEqualTo(model);
        assertThat(json.readTree(json.writeValueAsString(model)).properties())
                .extracting(java.util.Map.Entry::getKey)
                .containsExactly("family", "depth", "width");
    }

    @Test
    void theFamilysDefaultsAreResolved() {
        TrainingRecipeSpec spec = Recipes.with("/student/model", "{family: mobilenet-v2}");
        TrainingRecipeSpec full =
                RecipeResolver.resolve("default", "tiny", spec).spec();
        assertThat(full.tricks().linearScaling().referenceRate()).isEqualTo(0.045);
        assertThat(full.training().optimizer().weightDecay()).isEqualTo(4e-5);
    }
}
