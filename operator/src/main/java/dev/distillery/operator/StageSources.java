package dev.distillery.operator;

import dev.distillery.operator.leader.Leadership;
import dev.distillery.operator.metrics.FleetGauges;
import dev.distillery.operator.metrics.PodMetrics;
import dev.distillery.operator.progress.JobOwners;
import dev.distillery.operator.progress.PodIdentity;
import dev.distillery.operator.stage.StagePlan;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.recipe.TrainingRecipeNames;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Caches of the Jobs and pods that carry our label, and which recipes they belong to. */
@Singleton
class StageSources implements JobOwners {
    private static final String JOB_NAME = "job-name";
    private static final String PODS_BY_JOB = "pods-by-job";

    private final PodMetrics metrics;
    private final MeterRegistry meters;
    private final Leadership leadership;
    private InformerEventSource<Job, TrainingRecipe> jobs;
    private InformerEventSource<Pod, TrainingRecipe> pods;

    StageSources(PodMetrics metrics, MeterRegistry meters, Leadership leadership) {
        this.metrics = metrics;
        this.meters = meters;
        this.leadership = leadership;
    }

    List<EventSource<?, TrainingRecipe>> create(EventSourceContext<TrainingRecipe> context) {
        jobs = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Job.class, TrainingRecipe.class)
                        .withName("stage-jobs")
                        .withLabelSelector(StagePlan.SELECTOR)
                        .withSecondaryToPrimaryMapper(StageSources::owners)
                        .build(),
                context);
        pods = new WatchedPods(
                InformerEventSourceConfiguration.from(Pod.class, TrainingRecipe.class)
                        .withName("stage-pods")
                        .withLabelSelector(StagePlan.SELECTOR)
                        .withSecondaryToPrimaryMapper(
                                pod -> of(pod.getMetadata().getNamespace(), jobName(pod)))
                        .build(),
                context,
                metrics);
        FleetGauges.register(meters, leadership, () -> context.getPrimaryCache().list(), () -> pods.list());
        pods.addIndexers(Map.of(PODS_BY_JOB, pod -> List.of(pod.getMetadata().getNamespace() + "/" + jobName(pod))));
        return List.of(jobs, pods);
    }

    Optional<Job> job(String namespace, String name) {
        // Reports may come before the caches are made.
        return jobs == null ? Optional.empty() : jobs.get(new ResourceID(name, namespace));
    }

    /** @return the recipe's own Jobs and those that it shares */
    Set<Job> jobs(TrainingRecipe recipe) {
        return jobs.getSecondaryResources(recipe);
    }

    List<Pod> pods(Job job) {
        return pods.byIndex(
                PODS_BY_JOB,
                job.getMetadata().getNamespace() + "/" + job.getMetadata().getName());
    }

    @Override
    public Set<ResourceID> of(String namespace, String job) {
        return job(namespace, job).map(StageSources::owners).orElse(Set.of());
    }

    @Override
    public Optional<Pod> pod(String namespace, String name, PodIdentity sender) {
        return job(namespace, name).flatMap(job -> pods(job).stream()
                .filter(pod -> pod.getMetadata().getUid().equals(sender.uid())
                        && pod.getMetadata().getName().equals(sender.name()))
                .filter(pod -> !hasEnded(pod) && isOwned(pod, job))
                .findFirst());
    }

    private static boolean isOwned(Pod pod, Job job) {
        return pod.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> owner.getUid().equals(job.getMetadata().getUid()));
    }

    private static boolean hasEnded(Pod pod) {
        return pod.getStatus() != null
                && Set.of("Succeeded", "Failed")
                        .contains(String.valueOf(pod.getStatus().getPhase()));
    }

    private static Set<ResourceID> owners(Job job) {
        return job.getMetadata().getOwnerReferences().stream()
                .filter(owner -> TrainingRecipeNames.KIND.equals(owner.getKind())
                        && TrainingRecipeNames.API_VERSION.equals(owner.getApiVersion()))
                .map(owner -> new ResourceID(owner.getName(), job.getMetadata().getNamespace()))
                .collect(Collectors.toSet());
    }

    private static String jobName(Pod pod) {
        return pod.getMetadata().getLabels().getOrDefault(JOB_NAME, "");
    }
}
