package dev.distillery.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distillery.schema.Violation;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecipeDocumentTest {
    @Test
    void fillsInDefaultsAsAnApiServerWould() {
        RecipeDocument document = RecipeDocument.parse(Recipes.VALID);
        assertThat(document.name()).isEqualTo("tiny");
        assertThat(document.namespace()).isEqualTo("default");
        assertThat(document.spec().training().batchSize()).isEqualTo(128);
        assertThat(document.spec().tricks().distillation().temperature()).isEqualTo(4);
        assertThat(document.json().at("/spec/tricks/labelSmoothing/epsilon").doubleValue())
                .isEqualTo(0.1);
    }

    @Test
    void takesTheNamespaceFromTheMetadata() {
        String yaml = Recipes.VALID.replace("{name: tiny}", "{name: tiny, namespace: vision}");
        assertThat(RecipeDocument.parse(yaml).namespace()).isEqualTo("vision");
    }

    @Test
    void takesJsonToo() {
        String json = RecipeDocument.parse(Recipes.VALID).json().toString();
        assertThat(RecipeDocument.parse(json).spec()).isEqualTo(Recipes.spec());
    }

    @Test
    void takesAnExponentWithoutAPoint() {
        String yaml = Recipes.VALID + "  gate: {maxParityError: 1e-4}\n";
        assertThat(RecipeDocument.parse(yaml).spec().gate().maxParityError()).isEqualTo(1e-4);
    }

    @Test
    void badYamlIsReportedWithLineColumnAndProblem() {
        Violation violation = only("apiVersion: distillery.dev/v1alpha1\nkind: TrainingRecipe\n\tspec: {}\n");
        assertThat(violation.path()).isEqualTo("line 3, column 1");
        assertThat(violation.got()).contains("cannot start any token");
        assertThat(violation.expected()).isEqualTo("valid YAML");
    }

    @Test
    void anUnclosedBraceIsReportedWithItsLine() {
        Violation violation = only("kind: TrainingRecipe\nspec: {dataset: {\n");
        assertThat(violation.path()).matches("line \\d+, column \\d+");
        assertThat(violation.got()).contains("expected");
    }

    @Test
    void aDuplicateKeyIsReportedWithItsLine() {
        String yaml = Recipes.VALID + "  gate: {minTop1: 0.5}\n  gate: {minTop1: 0.9}\n";
        Violation violation = only(yaml);
        assertThat(violation.path()).startsWith("line 12");
        assertThat(violation.got()).containsIgnoringCase("duplicate").contains("gate");
    }

    @Test
    void aSecondDocumentIsNotSilentlyIgnored() {
        assertThat(only(Recipes.VALID + "---\n" + Recipes.VALID).got()).contains("second");
    }

    @Test
    void anEmptyDocumentIsNoRecipe() {
        assertThat(only("").expected()).isEqualTo("a TrainingRecipe");
        assertThat(only("- a\n- b\n").expected()).isEqualTo("a TrainingRecipe");
    }

    @Test
    void anUnknownKeyIsReportedWithTheKnownOnes() {
        Violation violation = only(Recipes.text("/student/epoch", "3"));
        assertThat(violation.path()).isEqualTo("spec.student.epoch");
        assertThat(violation.expected()).contains("epochs");
    }

    @Test
    void aWrongTypeIsReported() {
        Violation violation = only(Recipes.text("/student/epochs", "twelve"));
        assertThat(violation.toString()).isEqualTo("spec.student.epochs: got \"twelve\", expected an integer");
    }

    @Test
    void anUnknownFamilyIsReportedWithTheKnownOnes() {
        Violation violation = only(Recipes.text("/student/model/family", "vgg"));
        assertThat(violation.expected()).contains("resnet-cifar");
    }

    @Test
    void aSecretsNameIsAsKubernetesAllowsIt() {
        String destination = "[{uri: \"s3://models\", secretRef: {name: %s}}]";
        for (String name : List.of("A_b", "a".repeat(254), "-a")) {
            Violation violation = only(Recipes.text("/publish/destinations", destination.formatted(name)));
            assertThat(violation.path()).isEqualTo("spec.publish.destinations[0].secretRef.name");
        }
        RecipeDocument.parse(Recipes.text("/publish/destinations", destination.formatted("a".repeat(253))));
    }

    @Test
    void allViolationsComeAtOnce() {
        String yaml = Recipes.text("/student/epochs", "0", "/gate/minTop1", "2", "/training/sed", "1", "/dataset", "")
                .replace("TrainingRecipe", "Recipe")
                .replace("tiny", "Tiny");
        assertThat(violations(yaml))
                .extracting(Violation::path)
                .containsExactlyInAnyOrder(
                        "kind",
                        "metadata.name",
                        "spec.training.sed",
                        "spec.dataset",
                        "spec.student.epochs",
                        "spec.gate.minTop1");
    }

    @Test
    void theExceptionsMessageHoldsThemAll() {
        String yaml = Recipes.text("/student/epochs", "0", "/gate/minTop1", "2");
        assertThatThrownBy(() -> RecipeDocument.parse(yaml))
                .hasMessageContaining("spec.student.epochs: got 0, expected a number of at least 1;")
                .hasMessageContaining("spec.gate.minTop1: got 2, expected a number of at most 1");
    }

    @Test
    void aTreeIsCheckedLikeItsText() {
        var json = RecipeDocument.readTree(Recipes.VALID);
        assertThat(RecipeDocument.of(json)).isEqualTo(RecipeDocument.parse(Recipes.VALID));
    }

    private static Violation only(String yaml) {
        List<Violation> violations = violations(yaml);
        assertThat(violations).hasSize(1);
        return violations.get(0);
    }

    private static List<Violation> violations(String yaml) {
        return catchThrowableOfType(RecipeException.class, () -> RecipeDocument.parse(yaml))
                .violations();
    }
}
