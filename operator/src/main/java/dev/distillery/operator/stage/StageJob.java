package dev.distillery.operator.stage;

import dev.distillery.recipe.RecipeResolver;
import dev.distillery.recipe.TrainingRecipeSpec;
import dev.distillery.report.ExitCode;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicy;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRule;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRuleBuilder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One Job per attempt at a stage. A pod that is stopped from outside is replaced within the attempt; one that fails ends
 * the attempt, and the operator decides about another.
 *
 * <p>Where the recipe names a queue, the Job is made suspended, and Kueue says when it runs: nobody else touches
 * {@code spec.suspend} of such a Job.
 */
public final class StageJob {
    private static final String QUEUE = "kueue.x-k8s.io/queue-name";
    /** The image that was asked for, whatever an admission webhook made of it. */
    private static final String IMAGE = "distillery.dev/trainer-image";
    /** What may change while the stage's name stays, as a hash. */
    private static final String SETTINGS = "distillery.dev/settings";

    private final StagePod pod;

    public StageJob(StagePod pod) {
        this.pod = pod;
    }

    /** @return the queue that says when the Job runs */
    public static Optional<String> queue(Job job) {
        return Optional.ofNullable(job.getMetadata().getLabels().get(QUEUE));
    }

    /** @return the limit of its container */
    public static Quantity memory(Job job) {
        return job.getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0)
                .getResources()
                .getLimits()
                .get(StagePod.MEMORY);
    }

    /** @return whether the Job has the memory and the time that the plan would give it */
    public static boolean hasLimitsOf(StagePlan plan, Job job) {
        return new Quantity(plan.compute().memory()).equals(memory(job))
                && Objects.equals(
                        plan.recipe().spec().retry().timeoutSeconds(),
                        job.getSpec().getActiveDeadlineSeconds());
    }

    /** @return whether the Job asks for the image that the plan would ask for now; of a Job that does not say, true */
    boolean hasImageOf(StagePlan plan, Job job) {
        Map<String, String> annotations = job.getMetadata().getAnnotations();
        String image = pod.image(plan);
        return annotations == null || image.equals(annotations.getOrDefault(IMAGE, image));
    }

    /** @return whether the Job was made with the settings that the plan would give it now; of a Job that does not say, true */
    static boolean hasSettingsOf(StagePlan plan, Job job) {
        Map<String, String> annotations = job.getMetadata().getAnnotations();
        String settings = settings(plan);
        return annotations == null || settings.equals(annotations.getOrDefault(SETTINGS, settings));
    }

    private static String settings(StagePlan plan) {
        TrainingRecipeSpec spec = plan.recipe().spec();
        return RecipeResolver.sha256(List.of(
                spec.dataset(),
                spec.compute(),
                spec.checkpoint(),
                Optional.ofNullable(spec.retry().timeoutSeconds()).map(List::of).orElse(List.of())));
    }

    public Job desired(StagePlan plan) {
        boolean queued = plan.compute().queue() != null;
        Map<String, String> labels = new LinkedHashMap<>(plan.labels());
        if (queued) {
            labels.put(QUEUE, plan.compute().queue());
        }
        return new JobBuilder()
                .withNewMetadata()
                .withNamespace(plan.namespace())
                .withName(plan.name())
                .withLabels(labels)
                .withAnnotations(Map.of(IMAGE, pod.image(plan), SETTINGS, settings(plan)))
                .withOwnerReferences(plan.owner())
                .endMetadata()
                .withNewSpec()
                .withSuspend(queued)
                .withBackoffLimit(0)
                .withPodReplacementPolicy("Failed")
                .withActiveDeadlineSeconds(plan.recipe().spec().retry().timeoutSeconds())
                .withPodFailurePolicy(failurePolicy())
                .withTemplate(pod.template(plan))
                .endSpec()
                .build();
    }

    /** The first rule that fits counts: a user's error is one, even where the node was about to go. */
    private static PodFailurePolicy failurePolicy() {
        List<Integer> usersErrors = Arrays.stream(ExitCode.values())
                .filter(code -> !code.retryable() && code != ExitCode.SUCCEEDED)
                .map(ExitCode::code)
                .sorted()
                .toList();
        return new PodFailurePolicyBuilder()
                .withRules(
                        onExitCodes("FailJob", usersErrors),
                        onExitCodes("Ignore", List.of(ExitCode.INTERRUPTED.code())),
                        new PodFailurePolicyRuleBuilder()
                                .withAction("Ignore")
                                .addNewOnPodCondition("True", "DisruptionTarget")
                                .build())
                .build();
    }

    private static PodFailurePolicyRule onExitCodes(String action, List<Integer> codes) {
        return new PodFailurePolicyRuleBuilder()
                .withAction(action)
                .withNewOnExitCodes()
                .withContainerName(StagePod.CONTAINER)
                .withOperator("In")
                .withValues(codes)
                .endOnExitCodes()
                .build();
    }
}
