package dev.distillery.embedded.runner;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Brings a Job's pods to the number that its spec asks for, and its status to what became of them. */
final class JobController {
    private final KubernetesClient client;
    private final ReconcileLoop loop;
    private final EventRecorder events;
    private final JobPods pods;
    private final Duration retryDelay;
    private final Clock clock;
    private final Map<String, Instant> lastFailureByUid = new HashMap<>();

    JobController(KubernetesClient client, ReconcileLoop loop, EventRecorder events, Duration retryDelay, Clock clock) {
        this.client = client;
        this.loop = loop;
        this.events = events;
        this.pods = new JobPods(client);
        this.retryDelay = retryDelay;
        this.clock = clock;
    }

    void podChanged(Pod pod) {
        Map<String, String> labels = pod.getMetadata().getLabels();
        String job = labels == null ? null : labels.get(JobPods.NAME_LABEL);
        if (job != null) {
            reconcile(pod.getMetadata().getNamespace(), job);
        }
    }

    void reconcile(String namespace, String name) {
        Job job =
                client.batch().v1().jobs().inNamespace(namespace).withName(name).get();
        List<Pod> labelled = pods.labelled(namespace, name);
        boolean going = job == null || job.getMetadata().getDeletionTimestamp() != null;
        for (Pod pod : labelled) {
            if (going || !JobPods.belongs(pod, job)) {
                pods.untrack(pod);
            }
        }
        if (going) {
            return;
        }
        List<Pod> own =
                labelled.stream().filter(pod -> JobPods.belongs(pod, job)).toList();
        if (JobConditions.finished(job).isPresent()) {
            own.forEach(this::release);
            expire(job);
        } else {
            advance(job, own);
        }
    }

    private void advance(Job job, List<Pod> own) {
        JobStatus status = job.getStatus() == null
                ? new JobStatus()
                : new JobBuilder(job).build().getStatus();
        boolean failJob = count(job, own, status);
        List<Pod> active = own.stream().filter(JobPods::isActive).toList();
        if (Boolean.TRUE.equals(job.getSpec().getSuspend())) {
            suspend(job, status, active);
            active = List.of();
        } else {
            resume(job, status);
            conclude(job, status, failJob, active.size());
            if (JobConditions.finished(withStatus(job, status)).isPresent()) {
                active.forEach(pods::delete);
                active = List.of();
            } else {
                active = withNewPods(job, status, own, active);
            }
        }
        status.setActive(active.size());
        status.setReady((int) active.stream().filter(PodStatuses::isReady).count());
        if (!status.equals(job.getStatus())) {
            client.batch()
                    .v1()
                    .jobs()
                    .inNamespace(job.getMetadata().getNamespace())
                    .withName(job.getMetadata().getName())
                    .editStatus(current -> withStatus(current, status));
            announceEnd(job, status);
        }
        own.stream().filter(pod -> !JobPods.isActive(pod)).forEach(this::releaseCounted);
    }

    /** Adds the ends that are not counted yet. @return whether one of them is to fail the whole Job */
    private boolean count(Job job, List<Pod> own, JobStatus status) {
        PodFailureRules rules = PodFailureRules.of(job);
        for (Pod pod : own) {
            if (!JobPods.isTracked(pod)) {
                continue;
            }
            if (PodStatuses.phase(pod).equals("Succeeded")) {
                status.setSucceeded(number(status.getSucceeded()) + 1);
            } else if (JobPods.hasFailed(pod)) {
                PodFailureRules.Verdict verdict = rules.judge(pod);
                lastFailureByUid.put(job.getMetadata().getUid(), clock.instant());
                if (verdict != PodFailureRules.Verdict.IGNORE) {
                    status.setFailed(number(status.getFailed()) + 1);
                }
                if (verdict == PodFailureRules.Verdict.FAIL_JOB) {
                    fail(
                            status,
                            "PodFailurePolicy",
                            "Container of pod %s/%s failed with exit code %s matching a FailJob rule"
                                    .formatted(
                                            pod.getMetadata().getNamespace(),
                                            pod.getMetadata().getName(),
                                            PodFailureRules.exitCode(pod).stream()
                                                    .mapToObj(Integer::toString)
                                                    .findFirst()
                                                    .orElse("unknown")));
                    return true;
                }
            }
        }
        return false;
    }

    private void suspend(Job job, JobStatus status, List<Pod> active) {
        active.forEach(pods::delete);
        status.setStartTime(null);
        if (JobConditions.trueOf(status, "Suspended").isEmpty()) {
            JobConditions.set(status, "Suspended", true, "JobSuspended", "Job suspended", clock.instant());
            events.normal(job, "Suspended", "Job suspended");
        }
    }

    private void resume(Job job, JobStatus status) {
        if (status.getStartTime() == null) {
            status.setStartTime(clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
            deadlineSeconds(job)
                    .ifPresent(seconds -> loop.submitAfter(
                            Duration.ofSeconds(seconds),
                            () -> reconcile(
                                    job.getMetadata().getNamespace(),
                                    job.getMetadata().getName())));
        }
        if (JobConditions.trueOf(status, "Suspended").isPresent()) {
            JobConditions.set(status, "Suspended", false, "JobResumed", "Job resumed", clock.instant());
            events.normal(job, "Resumed", "Job resumed");
        }
    }

    private void conclude(Job job, JobStatus status, boolean failed, int active) {
        if (failed) {
            return;
        }
        Optional<Instant> deadline = deadlineSeconds(job)
                .map(seconds -> Instant.parse(status.getStartTime()).plusSeconds(seconds));
        Integer completions = job.getSpec().getCompletions();
        int succeeded = number(status.getSucceeded());
        boolean complete = completions == null ? succeeded > 0 && active == 0 : succeeded >= completions;
        if (complete) {
            status.setCompletionTime(
                    clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
            JobConditions.set(
                    status,
                    "Complete",
                    true,
                    "CompletionsReached",
                    "Reached expected number of succeeded pods",
                    clock.instant());
        } else if (number(status.getFailed()) > job.getSpec().getBackoffLimit()) {
            fail(status, "BackoffLimitExceeded", "Job has reached the specified backoff limit");
        } else if (deadline.isPresent() && !clock.instant().isBefore(deadline.get())) {
            fail(status, "DeadlineExceeded", "Job was active longer than specified deadline");
        }
    }

    private List<Pod> withNewPods(Job job, JobStatus status, List<Pod> own, List<Pod> active) {
        Integer completions = job.getSpec().getCompletions();
        int succeeded = number(status.getSucceeded());
        int wanted = job.getSpec().getParallelism();
        if (completions != null) {
            wanted = Math.min(wanted, completions - succeeded);
        } else if (succeeded > 0) {
            wanted = 0;
        }
        boolean waitForEnd = "Failed".equals(job.getSpec().getPodReplacementPolicy());
        long ending = own.stream()
                .filter(pod -> !PodStatuses.isFinal(pod) && !JobPods.isActive(pod))
                .count();
        int missing = wanted - active.size() - (int) (waitForEnd ? ending : 0);
        Duration pause = retryPause(job, status);
        if (missing > 0 && !pause.isZero()) {
            loop.submitAfter(
                    pause,
                    () -> reconcile(
                            job.getMetadata().getNamespace(), job.getMetadata().getName()));
            return active;
        }
        List<Pod> all = new ArrayList<>(active);
        for (int i = 0; i < missing; i++) {
            Pod pod = pods.create(job);
            events.normal(
                    job, "SuccessfulCreate", "Created pod: " + pod.getMetadata().getName());
            all.add(pod);
        }
        return all;
    }

    /** The back-off that is left: the retry delay, doubled by each failure, at most 36 times it. */
    private Duration retryPause(Job job, JobStatus status) {
        Instant lastFailure = lastFailureByUid.get(job.getMetadata().getUid());
        if (lastFailure == null) {
            return Duration.ZERO;
        }
        int doublings = Math.min(Math.max(0, number(status.getFailed()) - 1), 6);
        long factor = Math.min(1L << doublings, 36);
        Duration left = Duration.between(clock.instant(), lastFailure.plus(retryDelay.multipliedBy(factor)));
        return left.isNegative() ? Duration.ZERO : left;
    }

    private void fail(JobStatus status, String reason, String message) {
        JobConditions.set(status, "Failed", true, reason, message, clock.instant());
    }

    private void announceEnd(Job job, JobStatus status) {
        JobConditions.finished(withStatus(job, status)).ifPresent(end -> {
            lastFailureByUid.remove(job.getMetadata().getUid());
            if (end.getType().equals("Complete")) {
                events.normal(job, "Completed", "Job completed");
            } else {
                events.warning(job, end.getReason(), end.getMessage());
            }
        });
    }

    private void release(Pod pod) {
        if (JobPods.isActive(pod)) {
            pods.delete(pod);
        } else {
            pods.untrack(pod);
        }
    }

    private void releaseCounted(Pod pod) {
        if (PodStatuses.isFinal(pod) || JobPods.hasFailed(pod)) {
            pods.untrack(pod);
        }
    }

    private void expire(Job job) {
        Integer ttlSeconds = job.getSpec().getTtlSecondsAfterFinished();
        if (ttlSeconds == null) {
            return;
        }
        Instant end = Instant.parse(JobConditions.finished(job).orElseThrow().getLastTransitionTime());
        Duration left = Duration.between(clock.instant(), end.plusSeconds(ttlSeconds));
        String namespace = job.getMetadata().getNamespace();
        String name = job.getMetadata().getName();
        if (left.isNegative() || left.isZero()) {
            client.batch()
                    .v1()
                    .jobs()
                    .inNamespace(namespace)
                    .withName(name)
                    .withPropagationPolicy(DeletionPropagation.BACKGROUND)
                    .delete();
        } else {
            loop.submitAfter(left, () -> reconcile(namespace, name));
        }
    }

    private static Optional<Long> deadlineSeconds(Job job) {
        return Optional.ofNullable(job.getSpec().getActiveDeadlineSeconds());
    }

    private static Job withStatus(Job job, JobStatus status) {
        return new JobBuilder(job).withStatus(status).build();
    }

    private static int number(Integer value) {
        return value == null ? 0 : value;
    }
}
