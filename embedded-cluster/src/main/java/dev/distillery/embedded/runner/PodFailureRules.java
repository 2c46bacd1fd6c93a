package dev.distillery.embedded.runner;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicy;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyOnExitCodesRequirement;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRule;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A Job's {@code podFailurePolicy}: the first rule that fits a failed pod says what the failure means. */
final class PodFailureRules {
    private final List<PodFailurePolicyRule> rules;

    private PodFailureRules(List<PodFailurePolicyRule> rules) {
        this.rules = rules;
    }

    static PodFailureRules of(Job job) {
        PodFailurePolicy policy = job.getSpec().getPodFailurePolicy();
        return new PodFailureRules(policy == null ? List.of() : policy.getRules());
    }

    /** What a pod's failure means for its Job. */
    enum Verdict {
        COUNT,
        IGNORE,
        FAIL_JOB
    }

    Verdict judge(Pod pod) {
        for (PodFailurePolicyRule rule : rules) {
            if (fits(rule, pod)) {
                return switch (rule.getAction()) {
                    case "FailJob" -> Verdict.FAIL_JOB;
                    case "Ignore" -> Verdict.IGNORE;
                    default -> Verdict.COUNT;
                };
            }
        }
        return Verdict.COUNT;
    }

    static OptionalInt exitCode(Pod pod) {
        return Optional.ofNullable(pod.getStatus()).stream()
                .flatMap(status -> status.getContainerStatuses().stream())
                .map(ContainerStatus::getState)
                .filter(state -> state.getTerminated() != null)
                .mapToInt(state -> state.getTerminated().getExitCode())
                .findFirst();
    }

    private static boolean fits(PodFailurePolicyRule rule, Pod pod) {
        PodFailurePolicyOnExitCodesRequirement onExitCodes = rule.getOnExitCodes();
        if (onExitCodes == null) {
            return rule.getOnPodConditions().stream().anyMatch(wanted -> pod.getStatus().getConditions().stream()
                    .anyMatch(condition -> condition.getType().equals(wanted.getType())
                            && condition.getStatus().equals(wanted.getStatus())));
        }
        OptionalInt code = exitCode(pod);
        if (code.isEmpty() || code.getAsInt() == 0) {
            return false;
        }
        boolean listed = onExitCodes.getValues().contains(code.getAsInt());
        return onExitCodes.getOperator().equals("In") == listed;
    }
}
