package dev.distillery.operator.stage;

import dev.distillery.report.ExitCode;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicy;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRuleBuilder;
import java.util.Arrays;
import java.util.stream.Collectors;

/** One Job per stage. Its pods are started again unless their exit code says that it would not help. */
public final class StageJob {
    private final StagePod pod;

    public StageJob(StagePod pod) {
        this.pod = pod;
    }

    public Job desired(StagePlan plan, boolean suspend) {
        return new JobBuilder()
                .withNewMetadata()
                .withNamespace(plan.namespace())
                .withName(plan.name())
                .withLabels(plan.labels())
                .withOwnerReferences(plan.owner())
                .endMetadata()
                .withNewSpec()
                .withSuspend(suspend)
                .withBackoffLimit(plan.recipe().spec().retry().limit())
                .withActiveDeadlineSeconds(plan.recipe().spec().retry().timeoutSeconds())
                .withPodFailurePolicy(failurePolicy())
                .withTemplate(pod.template(plan))
                .endSpec()
                .build();
    }

    private static PodFailurePolicy failurePolicy() {
        return new PodFailurePolicyBuilder()
                .addToRules(new PodFailurePolicyRuleBuilder()
                        .withAction("FailJob")
                        .withNewOnExitCodes()
                        .withContainerName(StagePod.CONTAINER)
                        .withOperator("In")
                        .withValues(Arrays.stream(ExitCode.values())
                                .filter(code -> !code.retryable() && code != ExitCode.SUCCEEDED)
                                .map(ExitCode::code)
                                .sorted()
                                .collect(Collectors.toList()))
                        .endOnExitCodes()
                        .build())
                .addToRules(new PodFailurePolicyRuleBuilder()
                        .withAction("Ignore")
                        .addNewOnPodCondition("True", "DisruptionTarget")
                        .build())
                .build();
    }
}
