package dev.distillery.operator.status;

import dev.distillery.operator.Recipes;
import dev.distillery.operator.stage.BackOff;
import dev.distillery.operator.stage.ProgressAccess;
import dev.distillery.operator.stage.StageJob;
import dev.distillery.operator.stage.StagePlan;
import dev.distillery.operator.stage.StagePod;
import dev.distillery.operator.stage.TrainerImages;
import dev.distillery.recipe.RecipeResolver;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.report.ReportJson;
import dev.distillery.report.RunReport;
import dev.distillery.report.Stage;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** An attempt's Job and its pods, as the API server gives them, and what is observed of them. */
final class Attempts {
    static final String FAILED_AT = "2026-03-01T12:00:30Z";
    static final Instant NOW = Instant.parse("2026-03-01T12:10:00Z");
    static final RetryAllowance THREE_MORE =
            new RetryAllowance(3, new BackOff(Duration.ofSeconds(10), Duration.ofMinutes(10)), false);

    private Attempts() {}

    static StageObservation observe(Job job, Pod... pods) {
        return attempt(1, job, pods);
    }

    static StageObservation attempt(int attempts, Job job, Pod... pods) {
        return StageObservation.of(
                Stage.STUDENT, job, Stream.of(pods).map(TrainerPod::new).toList(), null, attempts, THREE_MORE, NOW);
    }

    static Job job() {
        return job(Recipes.stored("photos", false));
    }

    /** As the operator makes it, and as the API server gives it back. */
    static Job job(TrainingRecipe recipe) {
        StagePlan plan = StagePlan.student(recipe, RecipeResolver.resolve("default", "photos", recipe.getSpec()));
        return new StageJob(new StagePod(
                        new TrainerImages("trainer:1", "trainer-cuda:1"),
                        () -> new ProgressAccess(URI.create("https://operator:8443"), Duration.ofSeconds(5), "CA")))
                .desired(plan)
                .edit()
                .editMetadata()
                .withUid("job")
                .endMetadata()
                .withNewStatus()
                .endStatus()
                .build();
    }

    static Job suspended(Job job) {
        return job.edit().editSpec().withSuspend(true).endSpec().build();
    }

    static Job failed(String reason) {
        return ended("Failed", reason);
    }

    static Job ended(String condition, String reason) {
        return job().edit()
                .editStatus()
                .addNewCondition()
                .withType(condition)
                .withStatus("True")
                .withReason(reason)
                .withMessage("so it is")
                .withLastTransitionTime(FAILED_AT)
                .endCondition()
                .endStatus()
                .build();
    }

    static Pod pod(String name, int second, String phase) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withCreationTimestamp("2026-03-01T12:00:0" + second + "Z")
                .addToLabels(StagePlan.ATTEMPT, "1")
                .addNewOwnerReference()
                .withUid("job")
                .endOwnerReference()
                .endMetadata()
                .withNewStatus()
                .withPhase(phase)
                .endStatus()
                .build();
    }

    static Pod dead(String name, int second, int exitCode, String reason, String message) {
        return pod(name, second, exitCode == 0 ? "Succeeded" : "Failed")
                .edit()
                .editStatus()
                .addNewContainerStatus()
                .withNewState()
                .withNewTerminated()
                .withExitCode(exitCode)
                .withReason(reason)
                .withMessage(message)
                .endTerminated()
                .endState()
                .endContainerStatus()
                .endStatus()
                .build();
    }

    static String report(String reason) {
        RunReport report = new RunReport(
                "r", Stage.STUDENT, reason, "the end", 0.9, false, null, List.of(), List.of(), List.of(), null);
        return new String(ReportJson.terminationMessage(report), StandardCharsets.UTF_8);
    }
}
