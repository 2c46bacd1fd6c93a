package dev.distillery.operator;

import dev.distillery.operator.cache.FinishedRecipe;
import dev.distillery.operator.leader.Leadership;
import dev.distillery.operator.metrics.FleetGauges;
import dev.distillery.operator.metrics.PodMetrics;
import dev.distillery.operator.progress.JobOwners;
import dev.distillery.operator.progress.PodIdentity;
import dev.distillery.operator.progress.ProgressBoard;
import dev.distillery.operator.queue.Workload;
import dev.distillery.operator.stage.StagePlan;
import dev.distillery.operator.stage.TrainerImages;
import dev.distillery.operator.status.TrainerPod;
import dev.distillery.recipe.RecipeResolver;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.recipe.TrainingRecipeNames;
import dev.distillery.report.Stage;
import dev.distillery.validation.RecipeValidator;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Caches of the Jobs and pods that carry our label, and which recipes they belong to. A pod is found by its labels, not by
 * its Job: it may outlive it.
 */
@Singleton
class StageSources implements JobOwners {
    private static final String BY_RUN = "by-run";
    private static final String BY_PLACE = "by-place";
    private static final String BY_TEACHER = "by-teacher";
    private static final String BY_OWNER = "by-owner";

    private final PodMetrics metrics;
    private final MeterRegistry meters;
    private final Leadership leadership;
    /** Part of what determines a teacher. */
    private final TrainerImages trainers;

    private final ProgressBoard board;

    private IndexerResourceCache<TrainingRecipe> recipes;
    private InformerEventSource<Job, TrainingRecipe> jobs;
    private InformerEventSource<Pod, TrainingRecipe> pods;
    /** Null where the API server has no Kueue. */
    private InformerEventSource<? extends Workload, TrainingRecipe> workloads;

    StageSources(
            PodMetrics metrics,
            MeterRegistry meters,
            Leadership leadership,
            TrainerImages trainers,
            ProgressBoard board) {
        this.metrics = metrics;
        this.meters = meters;
        this.leadership = leadership;
        this.trainers = trainers;
        this.board = board;
    }

    List<EventSource<?, TrainingRecipe>> create(EventSourceContext<TrainingRecipe> context) {
        recipes = context.getPrimaryCache();
        recipes.addIndexer(BY_TEACHER, this::teacher);
        jobs = new WatchedJobs(
                InformerEventSourceConfiguration.from(Job.class, TrainingRecipe.class)
                        .withName("stage-jobs")
                        .withLabelSelector(StagePlan.SELECTOR)
                        .withSecondaryToPrimaryMapper(StageSources::owners)
                        .build(),
                context,
                board);
        jobs.addIndexers(Map.of(BY_RUN, job -> List.of(key(job, label(job, StagePlan.RUN)))));
        pods = new WatchedPods(
                InformerEventSourceConfiguration.from(Pod.class, TrainingRecipe.class)
                        .withName("stage-pods")
                        .withLabelSelector(StagePlan.SELECTOR)
                        .withSecondaryToPrimaryMapper(this::recipesOf)
                        .build(),
                context,
                metrics);
        FleetGauges.register(meters, leadership, () -> context.getPrimaryCache().list(), () -> pods.list());
        pods.addIndexers(Map.of(BY_PLACE, pod -> List.of(place(pod))));
        workloads = Workload.served(context.getClient())
                .map(type -> workloads(type, context))
                .orElse(null);
        return workloads == null ? List.of(jobs, pods) : List.of(jobs, pods, workloads);
    }

    private <W extends Workload> InformerEventSource<W, TrainingRecipe> workloads(
            Class<W> type, EventSourceContext<TrainingRecipe> context) {
        InformerEventSource<W, TrainingRecipe> source = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(type, TrainingRecipe.class)
                        .withName("queue-workloads")
                        .withSecondaryToPrimaryMapper(this::recipesOf)
                        .build(),
                context);
        source.addIndexers(Map.of(BY_OWNER, StageSources::ownerUids));
        return source;
    }

    /** @return why the Job's queue does not admit it, in Kueue's words; empty if it does not say, or is not there */
    Optional<String> pendingInQueue(Job job) {
        return workloads == null
                ? Optional.empty()
                : workloads.byIndex(BY_OWNER, job.getMetadata().getUid()).stream()
                        .flatMap(workload -> workload.pending().stream())
                        .findFirst();
    }

    /** @return the Jobs of all attempts at this stage, whoever owns them, in order */
    List<Job> attempts(StagePlan plan) {
        return jobs.byIndex(BY_RUN, plan.namespace() + "/" + plan.run()).stream()
                .sorted(Comparator.comparing(StagePlan::attemptOf))
                .toList();
    }

    /** @return the recipe's own Jobs and those that it shares */
    Set<Job> jobs(TrainingRecipe recipe) {
        return jobs.getSecondaryResources(recipe);
    }

    /** @return pods of this stage, any attempt's */
    List<TrainerPod> pods(StagePlan plan) {
        return inPlace(plan)
                .filter(pod -> plan.run().equals(label(pod.pod(), StagePlan.RUN)))
                .toList();
    }

    /**
     * @return a pod that may still write where one of this stage would: this stage's, or the same recipe's student of
     *     before its spec changed
     */
    Optional<TrainerPod> inTheWay(StagePlan plan) {
        return inPlace(plan).filter(TrainerPod::live).findFirst();
    }

    @Override
    public Set<ResourceID> of(String namespace, String job) {
        return job(namespace, job).map(StageSources::owners).orElse(Set.of());
    }

    private Stream<TrainerPod> inPlace(StagePlan plan) {
        String place = plan.stage() == Stage.TEACHER
                ? teacherPlace(plan.namespace(), plan.run())
                : studentPlace(plan.namespace(), plan.recipe().name());
        return pods.byIndex(BY_PLACE, place).stream().map(TrainerPod::new);
    }

    private Set<ResourceID> recipesOf(Pod pod) {
        String recipe = label(pod, StagePlan.RECIPE);
        if (!recipe.isEmpty()) {
            return Set.of(new ResourceID(recipe, pod.getMetadata().getNamespace()));
        }
        return recipes.byIndex(BY_TEACHER, place(pod)).stream()
                .map(ResourceID::fromResource)
                .collect(Collectors.toSet());
    }

    private Set<ResourceID> recipesOf(Workload workload) {
        return workload.getMetadata().getOwnerReferences().stream()
                .flatMap(owner -> of(workload.getMetadata().getNamespace(), owner.getName()).stream())
                .collect(Collectors.toSet());
    }

    private static List<String> ownerUids(HasMetadata resource) {
        return resource.getMetadata().getOwnerReferences().stream()
                .map(OwnerReference::getUid)
                .toList();
    }

    private List<String> teacher(TrainingRecipe recipe) {
        // Whose run has ended need not hear of a teacher's pods.
        if (recipe instanceof FinishedRecipe
                || recipe.getSpec() == null
                || !RecipeValidator.validate(recipe.getSpec()).isEmpty()) {
            return List.of();
        }
        String namespace = recipe.getMetadata().getNamespace();
        var resolved = RecipeResolver.resolve(
                namespace, recipe.getMetadata().getName(), recipe.getSpec(), trainers.of(recipe.getSpec()));
        return resolved.teacherHash() == null
                ? List.of()
                : List.of(teacherPlace(
                        namespace, StagePlan.teacher(recipe, resolved).run()));
    }

    /** Pods of one place use the same checkpoints: no two at a time. */
    private static String place(Pod pod) {
        String recipe = label(pod, StagePlan.RECIPE);
        String namespace = pod.getMetadata().getNamespace();
        return recipe.isEmpty() ? teacherPlace(namespace, label(pod, StagePlan.RUN)) : studentPlace(namespace, recipe);
    }

    private static String teacherPlace(String namespace, String run) {
        return namespace + "/teacher/" + run;
    }

    private static String studentPlace(String namespace, String recipe) {
        return namespace + "/student/" + recipe;
    }

    /** Running caches are filled. */
    @Override
    public boolean isReady() {
        return isRunning(jobs) && isRunning(pods);
    }

    private static boolean isRunning(InformerEventSource<?, ?> source) {
        return source != null && source.isRunning();
    }

    @Override
    public Optional<Pod> pod(String namespace, String name, PodIdentity sender) {
        return job(namespace, name).flatMap(job -> pods.get(new ResourceID(sender.name(), namespace))
                .filter(pod -> pod.getMetadata().getUid().equals(sender.uid()))
                .filter(pod -> !hasEnded(pod) && isOwned(pod, job)));
    }

    private Optional<Job> job(String namespace, String name) {
        return jobs.get(new ResourceID(name, namespace));
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

    /** @return the recipes that the Job works for */
    static Set<ResourceID> owners(Job job) {
        return job.getMetadata().getOwnerReferences().stream()
                .filter(owner -> TrainingRecipeNames.KIND.equals(owner.getKind())
                        && TrainingRecipeNames.API_VERSION.equals(owner.getApiVersion()))
                .map(owner -> new ResourceID(owner.getName(), job.getMetadata().getNamespace()))
                .collect(Collectors.toSet());
    }

    static String key(HasMetadata resource, String name) {
        return resource.getMetadata().getNamespace() + "/" + name;
    }

    private static String label(HasMetadata resource, String name) {
        return resource.getMetadata().getLabels().getOrDefault(name, "");
    }
}
