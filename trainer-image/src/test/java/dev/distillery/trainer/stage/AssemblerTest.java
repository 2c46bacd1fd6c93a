package dev.distillery.trainer.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.distillery.recipe.RecipeDocument;
import dev.distillery.recipe.RecipeResolver;
import dev.distillery.report.Stage;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.data.DataSet;
import dev.distillery.trainer.data.LabelledImages;
import dev.distillery.trainer.loop.TrainingPlan;
import dev.distillery.trainer.loss.CrossEntropy;
import dev.distillery.trainer.loss.TargetDistribution;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.Op;
import dev.distillery.trainer.network.ParameterSpec;
import dev.distillery.trainer.precision.ComputeType;
import dev.distillery.trainer.precision.LossScale;
import dev.distillery.trainer.tricks.distillation.Distillation;
import dev.distillery.trainer.tricks.labelsmoothing.LabelSmoothing;
import dev.distillery.trainer.tricks.mixedprecision.Hardware;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Each trick of the recipe reaches what is trained, and leaves it when it is switched off. The tricks' own tests say that
 * each is right; a plan that forgot one would pass them all.
 */
class AssemblerTest {
    private static final int BATCHES_PER_EPOCH = 10;
    /** 0.4 at a batch of 256, scaled to 32. */
    private static final double PEAK = 0.05;

    private static final double EXACT = 1e-12;

    @Test
    void cosineDecayIsHalfWayDownInTheMiddleOfWhatWarmupLeaves() {
        // 4 epochs of 10 steps, 1 of warm-up: the cosine has the steps 10 to 40.
        assertThat(student("{}").schedule().rate(25)).isCloseTo(PEAK / 2, within(EXACT));
        assertThat(student("{cosineDecay: {enabled: false}}").schedule().rate(20))
                .isCloseTo(PEAK, within(EXACT));
    }

    @Test
    void warmupRisesToThePeak() {
        assertThat(student("{}").schedule().rate(0)).isZero();
        assertThat(student("{}").schedule().rate(5)).isCloseTo(PEAK / 2, within(EXACT));
        assertThat(student("{}").schedule().rate(10)).isCloseTo(PEAK, within(EXACT));
        assertThat(student("{warmup: {enabled: false}}").schedule().rate(0)).isCloseTo(PEAK, within(EXACT));
    }

    @Test
    void linearScalingSetsThePeak() {
        String off = "{linearScaling: {enabled: false, referenceRate: 0.4}}";
        assertThat(student(off).schedule().rate(10)).isCloseTo(0.4, within(EXACT));
    }

    @Test
    void theStudentAloneIsDistilled() {
        assertThat(student("{}").loss()).isEqualTo(new Distillation(new CrossEntropy(new LabelSmoothing(0.1)), 4, 0.1));
        assertThat(plan(Stage.TEACHER, "{}").loss()).isEqualTo(new CrossEntropy(TargetDistribution.ONE_HOT));
        assertThat(student("{distillation: {enabled: false}}").loss()).isInstanceOf(CrossEntropy.class);
    }

    @Test
    void labelSmoothingIsInTheHardLoss() {
        assertThat(student("{labelSmoothing: {enabled: false}}").loss())
                .isEqualTo(new Distillation(new CrossEntropy(TargetDistribution.ONE_HOT), 4, 0.1));
        assertThat(plan(Stage.TEACHER, "{labelSmoothing: {teacher: true}}").loss())
                .isEqualTo(new CrossEntropy(new LabelSmoothing(0.1)));
    }

    @Test
    void mixedPrecisionComputesInWhatTheHardwareIsGoodAt() {
        assertThat(student("{}").precision().type()).isEqualTo(ComputeType.BF16);
        assertThat(student("{mixedPrecision: {enabled: false}}").precision().type())
                .isEqualTo(ComputeType.FP32);
        assertThat(student("{mixedPrecision: {dtype: fp16}}").precision().lossScale())
                .isNotSameAs(LossScale.NONE);
    }

    @Test
    void modelTweaksAreInBothNetworks() {
        for (Stage stage : Stage.values()) {
            assertThat(plan(stage, "{}").network().ops()).hasAtLeastOneElementOfType(Op.AveragePool.class);
            assertThat(plan(stage, "{}").network().batchNorms()).anyMatch(Op.BatchNorm::zeroGamma);
            TrainingPlan off = plan(stage, "{modelTweaks: {enabled: false}}");
            assertThat(off.network().ops()).doesNotHaveAnyElementsOfTypes(Op.AveragePool.class);
            assertThat(off.network().batchNorms()).noneMatch(Op.BatchNorm::zeroGamma);
        }
    }

    @Test
    void noBiasDecaySparesAllButWeights() {
        List<ParameterSpec> parameters = student("{}").network().parameters();
        assertThat(parameters)
                .filteredOn(student("{}").decayRule()::decays)
                .isNotEmpty()
                .allMatch(parameter -> parameter.shape().length > 1);
        assertThat(parameters)
                .allMatch(student("{noBiasDecay: {enabled: false}}").decayRule()::decays);
    }

    /** PyTorch's batch norm refuses it; libtorch's own divides by one less than one. */
    @Test
    void aBatchOfOneValueIsNotNormalised() {
        assertThatThrownBy(() -> network(1, 32))
                .isInstanceOf(TrainerException.class)
                .hasMessageContainingAll("spec.training.batchSize: got 1", "32x32 pixels", "expected at least 2");
        assertThat(network(2, 32)).isNotNull();
        assertThat(network(1, 33)).isNotNull();
    }

    private static Network network(int batchSize, int side) {
        RecipeDocument document = RecipeDocument.parse(recipe("{}")
                .replace("batchSize: 32", "batchSize: " + batchSize)
                .replace("family: resnet-cifar, depth: 8", "family: resnet, depth: 18"));
        return assembler(document, side).network(Stage.STUDENT);
    }

    private static TrainingPlan student(String tricks) {
        return plan(Stage.STUDENT, tricks);
    }

    /** @param tricks in YAML; warm-up of an epoch and a reference rate of 0.4 unless it says otherwise */
    private static TrainingPlan plan(Stage stage, String tricks) {
        return assembler(RecipeDocument.parse(recipe(tricks)), 12).plan(stage, BATCHES_PER_EPOCH);
    }

    private static String recipe(String tricks) {
        return """
                apiVersion: distillery.dev/v1alpha1
                kind: TrainingRecipe
                metadata: {name: plan}
                spec:
                  dataset:
                    train: {images: {uri: "file:///t"}, labels: {uri: "file:///tl"}}
                    validation: {images: {uri: "file:///v"}, labels: {uri: "file:///vl"}}
                  teacher: {model: {family: resnet-cifar, depth: 8}, epochs: 4}
                  student: {model: {family: resnet-cifar, depth: 8}, epochs: 4}
                  training: {batchSize: 32}
                  tricks: %s
                  publish: {destinations: [{uri: "file:///models"}]}
                """
                .formatted(withDefaults(tricks));
    }

    private static Assembler assembler(RecipeDocument document, int side) {
        return new Assembler(
                RecipeResolver.resolve("default", "plan", document.spec()).spec(),
                data(side),
                new Hardware(ComputeType.BF16));
    }

    private static String withDefaults(String tricks) {
        StringBuilder all = new StringBuilder(tricks.substring(0, tricks.length() - 1));
        if (!tricks.contains("warmup")) {
            all.append(tricks.length() > 2 ? ", " : "").append("warmup: {epochs: 1}");
        }
        if (!tricks.contains("linearScaling")) {
            all.append(", linearScaling: {referenceRate: 0.4}");
        }
        return all.append('}').toString();
    }

    private static DataSet data(int side) {
        LabelledImages images = new LabelledImages(side, side, 1, new byte[2 * side * side], new int[] {0, 1});
        return new DataSet(
                images, images, List.of("a", "b"), new float[] {0}, new float[] {1}, "digest", null, List.of());
    }
}
