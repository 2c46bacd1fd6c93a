package dev.distillery.operator.faults;

import dev.distillery.operator.faults.FaultPlan.Answer;
import dev.distillery.operator.faults.FaultPlan.BadAnswer;
import dev.distillery.operator.faults.FaultPlan.Edge;
import dev.distillery.operator.faults.FaultPlan.Injection;
import dev.distillery.operator.stage.StagePlan;
import dev.distillery.operator.status.StageObservation;
import dev.distillery.operator.status.TrainerPod;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import dev.distillery.status.TrainingRecipeStatus.Progress;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/** What became of one seed, as a watch of its own saw it: in the order in which it happened. */
final class FaultRun {
    private final FaultPlan plan;
    private final BiConsumer<Injection, HasMetadata> doer;
    private final Map<String, Integer> seen = new HashMap<>();
    private final Set<String> edges = new HashSet<>();
    private final Map<String, Set<String>> livePods = new HashMap<>();
    private final Map<String, Integer> attempts = new HashMap<>();
    private final Map<String, Long> completedAt = new HashMap<>();
    private final Map<String, Long> readyAt = new HashMap<>();
    private final Map<String, Phase> phases = new HashMap<>();
    private final Map<String, List<TrainingRecipeStatus>> statuses = new HashMap<>();
    private final List<String> violations = new ArrayList<>();

    FaultRun(FaultPlan plan, BiConsumer<Injection, HasMetadata> doer) {
        this.plan = plan;
        this.doer = doer;
    }

    FaultPlan plan() {
        return plan;
    }

    /** @return null if the request goes right */
    synchronized Answer answer(String request) {
        int number = seen.merge(request, 1, Integer::sum);
        return plan.answers().stream()
                .filter(bad -> bad.request().equals(request) && bad.occurrence() == number)
                .map(BadAnswer::answer)
                .findFirst()
                .orElse(null);
    }

    synchronized void mapCreated(HasMetadata map) {
        edge(Edge.MAP_CREATED, map, "");
    }

    synchronized void job(Job job) {
        edge(Edge.JOB_CREATED, job, "");
        boolean student = job.getMetadata().getLabels().containsKey(StagePlan.RECIPE);
        // A recipe that is made anew under a name is another.
        String recipe = student ? job.getMetadata().getOwnerReferences().get(0).getUid() : null;
        if (recipe != null) {
            attempts.merge(recipe, StagePlan.attemptOf(job), Math::max);
        }
        if (StageObservation.ended(job)) {
            edge(Edge.JOB_ENDED, job, "");
            if (recipe != null && !StageObservation.failed(job)) {
                completedAt.merge(recipe, version(job), Math::min);
            }
        }
    }

    synchronized void pod(Pod pod) {
        String place = String.join(
                "/",
                pod.getMetadata().getLabels().get(StagePlan.STAGE),
                pod.getMetadata()
                        .getLabels()
                        .getOrDefault(
                                StagePlan.RECIPE, pod.getMetadata().getLabels().get(StagePlan.RUN)));
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        Set<String> live = livePods.computeIfAbsent(place, key -> new HashSet<>());
        if (new TrainerPod(pod).live()) {
            live.add(pod.getMetadata().getName());
            edge(Edge.POD_CREATED, pod, "");
            if (live.size() > 1) {
                violations.add(
                        "more than one live pod of " + pod.getMetadata().getNamespace() + "/" + place + ": " + live);
            }
        } else {
            live.remove(pod.getMetadata().getName());
            edge(Edge.POD_ENDED, pod, "");
        }
        if ("Running".equals(phase)) {
            edge(Edge.POD_RUNNING, pod, "");
        }
    }

    synchronized void podGone(Pod pod) {
        livePods.values().forEach(live -> live.remove(pod.getMetadata().getName()));
    }

    synchronized void recipe(TrainingRecipe recipe) {
        Phase phase = recipe.getStatus() == null ? null : recipe.getStatus().phase();
        if (phase == null) {
            return;
        }
        String uid = recipe.getMetadata().getUid();
        statuses.computeIfAbsent(uid, key -> new ArrayList<>()).add(recipe.getStatus());
        Phase before = phases.put(uid, phase);
        if (before != null && before.terminal() && before != phase) {
            violations.add(recipe.getMetadata().getName() + " was " + before + " and is " + phase + " now");
        }
        Progress progress = recipe.getStatus().progress();
        if (progress != null && progress.pod() != null) {
            edge(Edge.PROGRESSED, recipe, progress.pod());
        }
        if (phase == Phase.TRAINING_TEACHER) {
            edge(Edge.TRAINING_TEACHER, recipe, phase.toString());
        } else if (phase == Phase.TRAINING_STUDENT) {
            edge(Edge.TRAINING_STUDENT, recipe, phase.toString());
        } else if (phase.terminal()) {
            edge(Edge.TERMINAL, recipe, phase.toString());
            if (phase == Phase.READY) {
                readyAt.putIfAbsent(uid, version(recipe));
            }
        }
    }

    /** Each resource once an edge. */
    private void edge(Edge edge, HasMetadata resource, String detail) {
        if (!edges.add(edge + resource.getMetadata().getUid() + detail)) {
            return;
        }
        int number = seen.merge(edge.toString(), 1, Integer::sum);
        plan.injections().stream()
                .filter(injection -> injection.edge() == edge && injection.occurrence() == number)
                .forEach(injection -> doer.accept(injection, resource));
    }

    private static long version(HasMetadata resource) {
        return Long.parseLong(resource.getMetadata().getResourceVersion());
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    /** @return the highest attempt at the student of the recipe with this uid that there ever was; 0 for none */
    synchronized int attempts(String uid) {
        return attempts.getOrDefault(uid, 0);
    }

    /** @return all statuses that the recipe with this uid ever had */
    synchronized List<TrainingRecipeStatus> statuses(String uid) {
        return List.copyOf(statuses.getOrDefault(uid, List.of()));
    }

    /** @return whether the recipe was called Ready before any Job of its student was complete */
    synchronized boolean readyTooEarly(String uid) {
        Long ready = readyAt.get(uid);
        return ready != null && completedAt.getOrDefault(uid, Long.MAX_VALUE) > ready;
    }
}
