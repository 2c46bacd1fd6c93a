package dev.distillery.operator.progress;

import dev.distillery.report.ProgressReport;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Takes a report if the pod that sends it is one of the Job's: a pod can only speak for itself. */
public final class ProgressReports {
    private static final String BEARER = "Bearer ";
    /** A trainer reports once in an interval; the first reports of a stage and the last come closer together. */
    private static final int REPORTS = 4;

    private final TokenReviews tokens;
    private final JobOwners owners;
    private final ProgressBoard board;
    private final ProgressEventSource events;
    private final BiConsumer<Pod, ProgressReport> taken;
    private final RateLimit limit;

    /**
     * @param taken hears of each report that was taken
     * @param interval in which a pod reports once
     */
    public ProgressReports(
            TokenReviews tokens,
            JobOwners owners,
            ProgressBoard board,
            ProgressEventSource events,
            BiConsumer<Pod, ProgressReport> taken,
            Duration interval,
            Clock clock) {
        this.tokens = tokens;
        this.owners = owners;
        this.board = board;
        this.events = events;
        this.taken = taken;
        this.limit = new RateLimit(REPORTS, interval.multipliedBy(2), clock);
    }

    /**
     * May ask the API server, so it may take seconds.
     *
     * @param authorization the header; null if there is none
     * @param arrival the greater, the later the report arrived
     */
    Answer take(String namespace, String job, String authorization, byte[] body, long arrival) {
        if (!owners.isReady()) {
            return Answer.unavailable("this operator is starting");
        }
        Optional<PodIdentity> pod;
        try {
            pod = authorization != null && authorization.startsWith(BEARER)
                    ? tokens.pod(
                            authorization.substring(BEARER.length()).strip(),
                            claimed -> owners.pod(namespace, job, claimed).isPresent())
                    : Optional.empty();
        } catch (TokenReviews.BusyException | KubernetesClientException e) {
            return Answer.unavailable("the token cannot be reviewed now");
        }
        return pod.isEmpty() ? Answer.unauthorized() : take(namespace, job, pod.get(), body, arrival);
    }

    private Answer take(String namespace, String job, PodIdentity pod, byte[] body, long arrival) {
        // Who may not report learns nothing of what there is: a pod sees the Jobs of its own namespace at most.
        if (!pod.namespace().equals(namespace)) {
            return Answer.forbidden(
                    "pod %s/%s may not report for namespace %s".formatted(pod.namespace(), pod.name(), namespace));
        }
        var recipes = owners.of(namespace, job);
        if (recipes.isEmpty()) {
            return Answer.notFound("Job %s/%s is not one of a recipe's".formatted(namespace, job));
        }
        Optional<Pod> sender = owners.pod(namespace, job, pod);
        if (sender.isEmpty()) {
            return Answer.forbidden("pod %s is not one that runs for Job %s".formatted(pod.name(), job));
        }
        if (!limit.allows(pod.uid())) {
            return Answer.tooMany();
        }
        ProgressReport report;
        try {
            report = ReportRules.read(body);
        } catch (IOException e) {
            return Answer.malformed("expected a progress report as JSON: " + e.getMessage());
        }
        if (board.put(namespace + "/" + job, report, arrival)) {
            events.reported(recipes);
            taken.accept(sender.get(), report);
        }
        return Answer.TAKEN;
    }
}
