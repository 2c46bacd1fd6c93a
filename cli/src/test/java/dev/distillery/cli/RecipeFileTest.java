package dev.distillery.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distillery.recipe.RecipeException;
import dev.distillery.schema.Violation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecipeFileTest {
    private static final String FALLBACK = "/fallback/models";

    @TempDir
    private Path folder;

    private Path recipe;

    @BeforeEach
    void write() throws IOException {
        recipe = Recipes.in(folder);
    }

    @Test
    void resolvesRelativePathsAgainstTheRecipesFolder() {
        RecipeFile file = load(null);
        assertThat(file.document().spec().dataset().train().images().uri())
                .isEqualTo("file://" + folder + "/data/train-images.gz");
    }

    @Test
    void leavesUrisWithASchemeAlone() {
        RecipeFile file = load(null, "spec.dataset.train.images.uri=pvc://data/x");
        assertThat(file.document().spec().dataset().train().images().uri()).isEqualTo("pvc://data/x");
    }

    @Test
    void pathsWithSpacesSurviveTheWayThroughAUri() {
        RecipeFile file = load(null, "spec.dataset.train.images.uri=my data/ä.gz");
        String uri = file.document().spec().dataset().train().images().uri();
        assertThat(LocalUri.path(uri, null)).contains(folder.resolve("my data/ä.gz"));
    }

    @Test
    void publishesWhereToldThenWhereTheRecipeSaysThenToTheFallback() {
        String written = "spec.publish={destinations: [{uri: models}]}";
        assertThat(destination(load("/elsewhere", written))).isEqualTo("file:///elsewhere");
        assertThat(destination(load("s3://models/vision", written))).isEqualTo("s3://models/vision");
        assertThat(destination(load(null, written))).isEqualTo("file://" + folder + "/models");
        assertThat(destination(load(null))).isEqualTo("file:///fallback/models");
    }

    @Test
    void appliesWhatTheUserWroteWithoutTheDefaults() {
        RecipeFile file = load(null, "spec.training.seed=7");
        assertThat(file.applied().at("/spec/training/seed").asInt()).isEqualTo(7);
        assertThat(file.applied().at("/spec/tricks/distillation").isMissingNode())
                .isTrue();
        assertThat(file.document().spec().tricks().distillation().temperature()).isEqualTo(4);
    }

    @Test
    void aMisspeltFieldDoesNotHideTheCrossFieldRules() {
        assertThat(violations("spec.student.epoch=3", "spec.tricks.warmup.epochs=5"))
                .extracting(Violation::path)
                .containsExactly("spec.student.epoch", "spec.tricks.warmup.epochs", "spec.tricks.warmup.epochs");
    }

    @Test
    void aValueOutOfRangeDoesNotHideTheCrossFieldRulesEither() {
        assertThat(violations("spec.gate.minTop1=2", "spec.tricks.warmup.epochs=5"))
                .extracting(Violation::path)
                .containsExactly("spec.gate.minTop1", "spec.tricks.warmup.epochs", "spec.tricks.warmup.epochs");
    }

    @Test
    void whatOnlyTheApiServersRulesSayIsSaidToo() {
        assertThat(violations(
                        "spec.compute.pod={labels: {job-name: mine}}", "spec.compute.gpuResource=kubernetes.io/gpu"))
                .extracting(Violation::path)
                .containsExactlyInAnyOrder("spec.compute.pod.labels", "spec.compute.gpuResource");
    }

    @Test
    void aWrongTypeIsReportedByItself() {
        assertThat(violations("spec.student.epochs=many", "spec.tricks.warmup.epochs=5"))
                .extracting(Violation::path)
                .containsExactly("spec.student.epochs");
    }

    @Test
    void aMissingRecipeIsAUsageError() {
        assertThatThrownBy(() -> RecipeFile.load(folder.resolve("nope.yaml"), List.of(), null, FALLBACK))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("nope.yaml: no such file");
    }

    private List<Violation> violations(String... overrides) {
        return catchThrowableOfType(RecipeException.class, () -> load(null, overrides))
                .violations();
    }

    private RecipeFile load(String destination, String... overrides) {
        return RecipeFile.load(
                recipe, Stream.of(overrides).map(FieldOverride::parse).toList(), destination, FALLBACK);
    }

    private static String destination(RecipeFile file) {
        return file.document().spec().publish().destinations().get(0).uri();
    }
}
