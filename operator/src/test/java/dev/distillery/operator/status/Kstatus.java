package dev.distillery.operator.status;

import dev.distillery.status.Condition;
import dev.distillery.status.TrainingRecipeStatus;

/**
 * What kstatus (kubectl-wait of kpt, Flux, cli-utils) makes of a custom resource: the generation that was observed, then the
 * first of the conditions Reconciling and Stalled that is true, then Current. Written after its documentation; versions
 * differ in whether Ready counts besides, so that our statuses must not need it.
 */
final class Kstatus {
    private Kstatus() {}

    static String of(long generation, TrainingRecipeStatus status) {
        if (status.observedGeneration() != generation) {
            return "InProgress";
        }
        for (Condition condition : status.conditions()) {
            boolean holds = condition.status().equals("True");
            if (holds && condition.type().equals("Reconciling")) {
                return "InProgress";
            }
            if (holds && condition.type().equals("Stalled")) {
                return "Failed";
            }
        }
        return "Current";
    }
}
