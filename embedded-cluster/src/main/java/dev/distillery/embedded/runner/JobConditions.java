package dev.distillery.embedded.runner;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobConditionBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads and writes of a Job's conditions. */
final class JobConditions {
    private JobConditions() {}

    static Optional<JobCondition> trueOf(JobStatus status, String type) {
        if (status == null) {
            return Optional.empty();
        }
        return status.getConditions().stream()
                .filter(condition -> condition.getType().equals(type)
                        && condition.getStatus().equals("True"))
                .findFirst();
    }

    /** The condition that says that the Job is over. */
    static Optional<JobCondition> finished(Job job) {
        return trueOf(job.getStatus(), "Complete").or(() -> trueOf(job.getStatus(), "Failed"));
    }

    /** Sets a condition; its transition time moves only when its status does. */
    static void set(JobStatus status, String type, boolean value, String reason, String message, Instant now) {
        String text = value ? "True" : "False";
        String time = now.truncatedTo(ChronoUnit.SECONDS).toString();
        List<JobCondition> conditions = new ArrayList<>(status.getConditions());
        Optional<JobCondition> old = conditions.stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst();
        old.ifPresent(conditions::remove);
        conditions.add(new JobConditionBuilder()
                .withType(type)
                .withStatus(text)
                .withReason(reason)
                .withMessage(message)
                .withLastProbeTime(time)
                .withLastTransitionTime(
                        old.filter(condition -> condition.getStatus().equals(text))
                                .map(JobCondition::getLastTransitionTime)
                                .orElse(time))
                .build());
        status.setConditions(conditions);
    }
}
