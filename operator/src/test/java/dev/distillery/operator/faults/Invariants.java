package dev.distillery.operator.faults;

import dev.distillery.operator.stage.StagePlan;
import dev.distillery.operator.status.StageObservation;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What holds after every run, whatever went wrong. Each check adds what it found wrong. */
final class Invariants {
    private final FaultRun run;
    private final List<TrainingRecipe> recipes;
    private final List<Job> jobs;
    private final Journal journal;
    private final List<Statement> statements;
    private final List<String> violations;

    /** @param workspace the folder of the run's claim */
    Invariants(FaultRun run, KubernetesClient client, Path workspace) throws IOException {
        String namespace = FaultPlan.namespace(run.plan().seed());
        this.run = run;
        this.recipes = client.resources(TrainingRecipe.class)
                .inNamespace(namespace)
                .list()
                .getItems();
        this.jobs = client.resources(Job.class).inNamespace(namespace).list().getItems();
        this.violations = new ArrayList<>(run.violations());
        this.journal = new Journal(workspace);
        this.statements =
                journal.lines(Journal.STATEMENT).stream().map(Statement::of).toList();
    }

    List<String> violations() throws IOException {
        noTwoProcessesOfAStageWereAlive();
        noReportOfAnEarlierPodWasTaken();
        for (TrainingRecipe recipe : recipes) {
            theRecipeEndedAsItShould(recipe);
            if (recipe.getStatus() == null) {
                continue;
            }
            nothingWasPublishedTwice(recipe);
            noResultWasLost(recipe);
            theStatusAgreesWithTheJobs(recipe);
            theStatusAgreesWithTheTrainers(recipe);
        }
        return violations;
    }

    private void noTwoProcessesOfAStageWereAlive() throws IOException {
        journal.lines(Journal.OVERLAP).forEach(run -> violations.add("two processes of " + run));
    }

    private void noReportOfAnEarlierPodWasTaken() throws IOException {
        journal.lines(Journal.STALE)
                .forEach(pods -> violations.add("a report was taken after its successor's: " + pods));
    }

    private void theStatusAgreesWithTheTrainers(TrainingRecipe recipe) {
        new ProgressInvariants(run.statuses(recipe.getMetadata().getUid()), statements)
                .violations()
                .forEach(violation -> violations.add(name(recipe) + ": " + violation));
    }

    private void theRecipeEndedAsItShould(TrainingRecipe recipe) {
        Phase expected = run.plan().fails() ? Phase.FAILED : Phase.READY;
        TrainingRecipeStatus status = recipe.getStatus();
        if (status == null || status.phase() != expected) {
            violations.add(name(recipe) + " got " + (status == null ? null : status.phase() + " (" + status.message())
                    + "), expected " + expected);
        }
    }

    private void nothingWasPublishedTwice(TrainingRecipe recipe) throws IOException {
        List<String> published = published(recipe);
        int expected = run.plan().fails() ? 0 : 1;
        if (published.size() != expected) {
            violations.add(name(recipe) + " was published " + published.size() + " times, expected " + expected);
        }
    }

    private void noResultWasLost(TrainingRecipe recipe) throws IOException {
        TrainingRecipeStatus status = recipe.getStatus();
        if (status.phase() != Phase.READY) {
            return;
        }
        boolean kept = status.result() != null
                && status.artifacts() != null
                && published(recipe).contains(status.artifacts().get(0).sha256());
        if (!kept) {
            violations.add(name(recipe) + " is Ready with the artifacts " + status.artifacts() + " and the result "
                    + status.result() + ", expected what was published: " + published(recipe));
        }
    }

    private void theStatusAgreesWithTheJobs(TrainingRecipe recipe) {
        String name = recipe.getMetadata().getName();
        String uid = recipe.getMetadata().getUid();
        if (run.readyTooEarly(uid)) {
            violations.add(name(recipe) + " was Ready before its Job was complete");
        }
        int told = recipe.getStatus().attempts() == null
                ? 0
                : recipe.getStatus().attempts().student();
        if (told != run.attempts(uid)) {
            violations.add(name(recipe) + " tells of " + told + " attempts, there were " + run.attempts(uid));
        }
        jobs.stream()
                .filter(job -> name.equals(job.getMetadata().getLabels().get(StagePlan.RECIPE)))
                .filter(job -> !StageObservation.ended(job) && job.getMetadata().getDeletionTimestamp() == null)
                .forEach(job -> violations.add(name(recipe) + " has ended, and its Job "
                        + job.getMetadata().getName() + " has not"));
    }

    private List<String> published(TrainingRecipe recipe) throws IOException {
        return journal.lines(Journal.PUBLISH).stream()
                .filter(words -> words.get(0).equals(StagePlan.runId(recipe)))
                .map(words -> words.get(1))
                .toList();
    }

    private static String name(TrainingRecipe recipe) {
        return recipe.getMetadata().getNamespace() + "/" + recipe.getMetadata().getName();
    }
}
