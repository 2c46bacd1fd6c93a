package dev.distillery.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.kubernetes.Kueue;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.status.Condition;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Kueue itself, with quota for one trainer: it admits, makes wait and preempts. */
@EnabledIfSystemProperty(
        named = KubernetesUnderTest.WHICH,
        matches = KubernetesUnderTest.REAL,
        disabledReason = "Kueue needs a real API server")
class KueueIT extends RecipeScenario {
    private static final String QUEUES =
            """
            apiVersion: kueue.x-k8s.io/v1beta2
            kind: ResourceFlavor
            metadata: {name: any-node}
            ---
            apiVersion: kueue.x-k8s.io/v1beta2
            kind: ClusterQueue
            metadata: {name: trainers}
            spec:
              namespaceSelector: {}
              preemption: {withinClusterQueue: LowerPriority}
              resourceGroups:
                - coveredResources: [cpu, memory]
                  flavors:
                    - name: any-node
                      resources:
                        - {name: cpu, nominalQuota: 1}
                        - {name: memory, nominalQuota: 1Gi}
            ---
            apiVersion: kueue.x-k8s.io/v1beta2
            kind: LocalQueue
            metadata: {name: team-a, namespace: default}
            spec: {clusterQueue: trainers}
            ---
            apiVersion: scheduling.k8s.io/v1
            kind: PriorityClass
            metadata: {name: urgent}
            value: 1000
            """;

    private static Kueue kueue;

    @BeforeAll
    static void startKueue() throws IOException {
        kueue = ((RealKubernetes) kubernetes).startKueue();
        // It looks for Kueue when it starts, and found the older API that the other tests have.
        operator.kill();
        operator.start();
        client().load(new ByteArrayInputStream(QUEUES.getBytes(StandardCharsets.UTF_8)))
                .create();
    }

    @AfterAll
    static void stopKueue() {
        if (kueue != null) {
            kueue.close();
        }
    }

    @Test
    void aMoreUrgentRecipePreemptsAnotherThatGoesOnFromItsCheckpoint() throws Exception {
        apply(Recipes.inQueue(Recipes.recipe("photos", "waits", false), "team-a"));
        TrainingRecipeStatus training =
                awaitStatus("photos", s -> s.progress() != null && s.progress().step() == 25);
        assertThat(condition(training, Condition.QUEUED).reason()).isEqualTo("Admitted");

        TrainingRecipe urgent = Recipes.inQueue(Recipes.recipe("urgent", "waits", false), "team-a");
        Recipes.with(urgent, "/compute/priorityClassName", "urgent");
        apply(Recipes.with(urgent, "/compute/workspaceClaim", "urgent"));
        awaitStatus("urgent", s -> s.progress() != null && s.progress().step() == 25);
        TrainingRecipeStatus preempted = awaitStatus("photos", s -> s.message().contains("insufficient unused quota"));
        assertThat(preempted.phase()).isEqualTo(Phase.PENDING);
        assertThat(condition(preempted, Condition.QUEUED).reason()).isEqualTo("WaitingForQueue");
        assertThat(preempted.progress().summary()).startsWith("Student 1/30");

        Files.createFile(kubernetes.claim("default", "urgent").resolve("go"));
        awaitPhase("urgent", Phase.READY);
        assertGoesOnToItsEnd();
    }
}
