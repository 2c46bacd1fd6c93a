package dev.distillery.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.operator.queue.Workload;
import dev.distillery.status.Condition;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A recipe that names a queue; the test is Kueue, and alone decides when a Job runs. */
class QueueIT extends RecipeScenario {
    @Test
    void onlyTheQueueAdmitsAndPreempts() throws IOException {
        apply(Recipes.inQueue(Recipes.recipe("photos", "waits", false), "team-a"));
        TrainingRecipeStatus waiting =
                awaitStatus("photos", s -> isTrue(s, Condition.QUEUED) && s.phase() == Phase.PENDING);
        assertThat(condition(waiting, Condition.QUEUED).reason()).isEqualTo("WaitingForQueue");
        String job = jobNames().get(0);
        workload(job);
        say(job, "False", "couldn't assign flavors: insufficient unused quota for nvidia.com/gpu", "Pending");
        awaitStatus("photos", s -> s.message().contains("insufficient unused quota for nvidia.com/gpu"));
        say(job, "True", "quota reserved in ClusterQueue gpus", "Pending");
        awaitStatus("photos", s -> s.message().contains("admission check capacity is Pending: no node yet"));
        assertThat(job(job).getMetadata().getLabels()).containsEntry("kueue.x-k8s.io/queue-name", "team-a");
        assertThat(job(job).getSpec().getSuspend()).isTrue();

        admit(job, true);
        TrainingRecipeStatus training =
                awaitStatus("photos", s -> s.progress() != null && s.progress().step() == 25);
        assertThat(condition(training, Condition.QUEUED).reason()).isEqualTo("Admitted");

        admit(job, false);
        TrainingRecipeStatus preempted = awaitStatus(
                "photos", s -> condition(s, Condition.QUEUED).reason().equals("WaitingForQueue"));
        assertThat(preempted.phase()).isEqualTo(Phase.PENDING);
        assertThat(preempted.progress().summary()).startsWith("Student 1/30");
        await("its pod is gone", () -> pods().isEmpty());
        assertThat(job(job).getSpec().getSuspend())
                .as("nobody but the queue admits")
                .isTrue();

        admit(job, true);
        assertGoesOnToItsEnd();
    }

    @Test
    void aSuspendedRecipeGivesItsPlaceBackAndQueuesAgain() throws IOException {
        apply(Recipes.inQueue(Recipes.recipe("photos", "waits", false), "team-a"));
        await("the Job waits", () -> jobs().size() == 1);
        String job = jobNames().get(0);
        admit(job, true);
        awaitStatus("photos", s -> s.progress() != null && s.progress().step() == 25);
        suspend("photos", true);
        awaitPhase("photos", Phase.SUSPENDED);
        await("the Job is gone, and with it what the queue gave", () -> jobs().isEmpty() && pods().isEmpty());
        suspend("photos", false);
        await(
                "it queues again",
                () -> jobNames().contains(job) && job(job).getSpec().getSuspend());
        awaitPhase("photos", Phase.PENDING);
        admit(job, true);
        assertGoesOnToItsEnd();
    }

    @Test
    void recipesThatShareATeacherLeaveItToTheQueueToo() throws IOException {
        List<String> recipes = List.of("one", "two");
        recipes.forEach(name -> apply(Recipes.inQueue(Recipes.recipe(name, "teacher-waits", true), "team-a")));
        await("both own the teacher", () -> owners() == 2);
        String teacher = jobNames().get(0);
        admit(teacher, true);
        recipes.forEach(name -> awaitPhase(name, Phase.TRAINING_TEACHER));
        admit(teacher, false);
        recipes.forEach(name ->
                awaitStatus(name, s -> condition(s, Condition.QUEUED).reason().equals("WaitingForQueue")));
        await("its pod is gone", () -> pods().isEmpty());
        suspend("one", true);
        awaitPhase("one", Phase.SUSPENDED);
        await("the other owns it", () -> owners() == 1);
        suspend("one", false);
        await("both own it again", () -> owners() == 2);
        recipes.forEach(name -> awaitPhase(name, Phase.PENDING));
        admit(teacher, true);
        recipes.forEach(name -> awaitPhase(name, Phase.TRAINING_TEACHER));
        assertThat(job(teacher).getMetadata().getGeneration())
                .as("changes of the spec: it was made, and admitted, sent away and admitted by the queue")
                .isEqualTo(4);
        tell("go-teacher");
        await("both students wait", () -> jobs().size() == 3);
        jobNames().stream().filter(name -> !name.equals(teacher)).forEach(student -> admit(student, true));
        recipes.forEach(name -> awaitPhase(name, Phase.READY));
    }

    private static int owners() {
        return jobs().stream()
                .mapToInt(job -> job.getMetadata().getOwnerReferences().size())
                .sum();
    }

    /** As Kueue makes one for each Job that it manages. */
    private static void workload(String job) {
        Workload workload = new Workload.V1beta1();
        workload.setMetadata(named(job)
                .addNewOwnerReference()
                .withApiVersion("batch/v1")
                .withKind("Job")
                .withName(job)
                .withUid(job(job).getMetadata().getUid())
                .endOwnerReference()
                .build());
        client().resource(workload).create();
    }

    private static void say(String job, String quotaReserved, String message, String check) {
        Workload workload = new Workload.V1beta1();
        workload.setMetadata(named(job).build());
        workload.setStatus(new Workload.Status(
                List.of(new ConditionBuilder()
                        .withType("QuotaReserved")
                        .withStatus(quotaReserved)
                        .withReason("Pending")
                        .withMessage(message)
                        .withLastTransitionTime("2026-03-01T12:00:00Z")
                        .build()),
                List.of(new Workload.AdmissionCheck("capacity", check, "no node yet"))));
        client().resource(workload).patchStatus();
    }

    private static ObjectMetaBuilder named(String job) {
        return new ObjectMetaBuilder().withNamespace("default").withName("job-" + job);
    }

    private static void admit(String job, boolean admitted) {
        client().batch()
                .v1()
                .jobs()
                .inNamespace("default")
                .withName(job)
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"suspend\": " + !admitted + "}}");
    }
}
