package dev.distillery.cli;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.distillery.recipe.Network;
import dev.distillery.recipe.RecipeException;
import dev.distillery.recipe.ResolvedRecipe;
import dev.distillery.recipe.TrainingRecipeSpec;
import dev.distillery.recipe.Tricks;
import dev.distillery.report.ExitCode;
import dev.distillery.schema.Violation;
import dev.distillery.validation.RecipeValidator;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What {@code validate} says of one recipe.
 *
 * @param resolved key values by name, in reading order; empty unless valid
 */
record Verdict(
        String recipe,
        boolean valid,
        @JsonIgnore ExitCode code,
        List<Violation> violations,
        List<String> warnings,
        Map<String, Object> resolved) {

    static Verdict of(Path recipe, List<FieldOverride> overrides) {
        RecipeFile file;
        try {
            file = RecipeFile.load(recipe, overrides, null, "out/models");
        } catch (RecipeException e) {
            return invalid(recipe, Finding.invalidRecipe(e.violations()));
        }
        TrainingRecipeSpec spec = file.document().spec();
        DatasetCheck data = DatasetCheck.of(spec.dataset(), null);
        List<Finding> findings = data.findings(spec.training().batchSize());
        if (!findings.isEmpty()) {
            return invalid(recipe, findings);
        }
        return new Verdict(
                recipe.toString(),
                true,
                ExitCode.SUCCEEDED,
                List.of(),
                RecipeValidator.warnings(spec),
                resolved(file.resolved(), data));
    }

    String text() {
        if (!valid) {
            return recipe + ": " + (violations.size() == 1 ? "1 problem" : violations.size() + " problems") + "\n"
                    + violations.stream().map(violation -> "  " + violation).collect(Collectors.joining("\n"));
        }
        StringBuilder text = new StringBuilder(recipe).append(": ok");
        resolved.forEach((name, value) -> text.append("\n  %-24s %s".formatted(name, value)));
        warnings.forEach(warning -> text.append("\n  warning: ").append(warning));
        return text.toString();
    }

    private static Verdict invalid(Path recipe, List<Finding> findings) {
        return new Verdict(
                recipe.toString(),
                false,
                findings.get(0).code(),
                findings.stream().map(Finding::violation).toList(),
                List.of(),
                Map.of());
    }

    private static Map<String, Object> resolved(ResolvedRecipe recipe, DatasetCheck data) {
        TrainingRecipeSpec spec = recipe.spec();
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("modelName", recipe.modelName());
        data.trainCount().ifPresent(count -> values.put("trainImages", count));
        data.validationCount().ifPresent(count -> values.put("validationImages", count));
        values.putAll(data.digests());
        if (recipe.teacherHash() != null) {
            network("teacher", spec.teacher(), spec, data.trainCount(), values);
        }
        network("student", spec.student(), spec, data.trainCount(), values);
        values.put("peakLearningRate", peakRate(spec));
        values.put("weightDecay", spec.training().optimizer().weightDecay());
        values.put("digest", recipe.digest());
        return values;
    }

    private static void network(
            String name,
            Network network,
            TrainingRecipeSpec spec,
            Optional<Integer> images,
            Map<String, Object> values) {
        values.put(name, network.model().label());
        values.put(name + "Epochs", network.epochs());
        images.ifPresent(count -> {
            // The trainer takes whole batches only, and at least one.
            int stepsPerEpoch = Math.max(1, count / spec.training().batchSize());
            values.put(name + "Steps", (long) stepsPerEpoch * network.epochs());
            Tricks.Warmup warmup = spec.tricks().warmup();
            if (warmup.enabled()) {
                values.put(name + "WarmupSteps", (long) stepsPerEpoch * warmup.epochs());
            }
        });
    }

    private static double peakRate(TrainingRecipeSpec spec) {
        Tricks.LinearScaling scaling = spec.tricks().linearScaling();
        return scaling.enabled()
                ? scaling.referenceRate() * spec.training().batchSize() / scaling.referenceBatchSize()
                : scaling.referenceRate();
    }
}
