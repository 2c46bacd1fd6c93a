package dev.distillery.operator.faults;

import dev.distillery.operator.Eviction;
import dev.distillery.operator.faults.FaultPlan.Deed;
import dev.distillery.operator.stage.StagePlan;
import dev.distillery.operator.status.TrainerPod;
import dev.distillery.recipe.TrainingRecipe;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Does what the plan says, past the operators and their proxies. */
record Deeds(KubernetesClient client, Replicas replicas) {
    private static final String PROCESS = "process://";
    /** Longer than a lease. */
    private static final int JUMP_SECONDS = 20;

    /** @return whether there was something to do it to */
    boolean done(Deed deed, HasMetadata resource) {
        String namespace = resource.getMetadata().getNamespace();
        return switch (deed) {
            case KILL_LEADER -> replicas.killLeader();
            case FAIL_OVER -> replicas.failOver();
            case CUT_OFF_LEADER -> replicas.cutOffLeader();
            case DELETE_POD ->
                livePod(namespace)
                        .map(pod -> !client.resource(pod).delete().isEmpty())
                        .orElse(false);
            case EVICT_POD ->
                livePod(namespace).map(pod -> Eviction.evict(client, pod)).orElse(false);
            case TAINT_NODE -> new NodeTaint(client).evictAll();
            case KILL_TRAINER ->
                livePod(namespace)
                        .flatMap(Deeds::process)
                        .map(ProcessHandle::destroyForcibly)
                        .orElse(false);
            case DELETE_JOB -> deleteJob(namespace, DeletionPropagation.BACKGROUND);
            case ORPHAN_PODS -> deleteJob(namespace, DeletionPropagation.ORPHAN);
            case DELETE_MAP ->
                client
                        .configMaps()
                        .inNamespace(namespace)
                        .withLabel(StagePlan.MANAGED_BY, StagePlan.MANAGER)
                        .list()
                        .getItems()
                        .stream()
                        .findFirst()
                        .map(map -> !client.resource(map).delete().isEmpty())
                        .orElse(false);
            case SUSPEND_AND_RESUME -> suspendAndResume(namespace);
            case REPLACE_RECIPE -> replaceRecipe(namespace);
            case CLOCK_AHEAD -> {
                replicas.moveClocks(JUMP_SECONDS);
                yield true;
            }
            case CLOCK_BEHIND -> {
                replicas.moveClocks(-JUMP_SECONDS);
                yield true;
            }
        };
    }

    private Optional<Pod> livePod(String namespace) {
        return client.pods().inNamespace(namespace).withLabel(StagePlan.STAGE).list().getItems().stream()
                .filter(pod -> new TrainerPod(pod).live())
                .findFirst();
    }

    private static Optional<ProcessHandle> process(Pod pod) {
        return pod.getStatus().getContainerStatuses().stream()
                .map(status -> status.getContainerID())
                .filter(id -> id != null && id.startsWith(PROCESS))
                .flatMap(id -> ProcessHandle.of(Long.parseLong(id.substring(PROCESS.length()))).stream())
                .findFirst();
    }

    private boolean deleteJob(String namespace, DeletionPropagation how) {
        Optional<Job> newest = client.batch().v1().jobs().inNamespace(namespace).list().getItems().stream()
                .reduce((older, newer) -> newer);
        return newest.map(job -> !client.resource(job)
                        .withPropagationPolicy(how)
                        .delete()
                        .isEmpty())
                .orElse(false);
    }

    private boolean replaceRecipe(String namespace) {
        Optional<TrainingRecipe> any =
                client.resources(TrainingRecipe.class).inNamespace(namespace).list().getItems().stream()
                        .findFirst();
        any.ifPresent(recipe -> {
            client.resource(recipe)
                    .withPropagationPolicy(DeletionPropagation.BACKGROUND)
                    .delete();
            TrainingRecipe anew = new TrainingRecipe();
            anew.setMetadata(new ObjectMetaBuilder()
                    .withNamespace(namespace)
                    .withName(recipe.getMetadata().getName())
                    .build());
            anew.setSpec(recipe.getSpec());
            client.resource(anew).serverSideApply();
        });
        return any.isPresent();
    }

    private boolean suspendAndResume(String namespace) {
        for (TrainingRecipe recipe : client.resources(TrainingRecipe.class)
                .inNamespace(namespace)
                .list()
                .getItems()) {
            var resource = client.resources(TrainingRecipe.class)
                    .inNamespace(namespace)
                    .withName(recipe.getMetadata().getName());
            resource.patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"suspend\": true}}");
            long generation = resource.get().getMetadata().getGeneration();
            try {
                resource.waitUntilCondition(
                        r -> r.getStatus() != null
                                && r.getStatus().observedGeneration() != null
                                && r.getStatus().observedGeneration() >= generation,
                        60,
                        TimeUnit.SECONDS);
            } finally {
                resource.patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"suspend\": false}}");
            }
        }
        return true;
    }
}
