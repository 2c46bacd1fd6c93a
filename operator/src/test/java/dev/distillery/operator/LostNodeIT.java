package dev.distillery.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** A node that no kubelet serves: what happens on it, the test says. */
@EnabledIfSystemProperty(
        named = KubernetesUnderTest.WHICH,
        matches = KubernetesUnderTest.REAL,
        disabledReason = "the embedded cluster has one node")
class LostNodeIT extends RecipeScenario {
    private static final String NODE = "ghost";

    @Test
    void whatANodeSaysAndThatItSaysNothingMoreIsInTheStatus() {
        client().resource(new NodeBuilder()
                        .withNewMetadata()
                        .withName(NODE)
                        .addToLabels("test/node", NODE)
                        .endMetadata()
                        .withNewStatus()
                        .withAllocatable(Map.of(
                                "cpu", new Quantity("64"), "memory", new Quantity("64Gi"), "pods", new Quantity("9")))
                        .endStatus()
                        .build())
                .create();
        // Every new node has the taint that it is not ready.
        client().nodes().withName(NODE).patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"taints\": null}}");
        TrainingRecipe recipe = Recipes.recipe("photos", "happy", false);
        apply(Recipes.with(recipe, "/compute/nodeSelector", Map.of("test/node", NODE)));
        await("the pod is on that node", () -> pods().stream()
                .anyMatch(pod -> NODE.equals(pod.getSpec().getNodeName())));
        Pod pod = pods().get(0);
        warn(pod, "FailedMount", "MountVolume.SetUp failed for volume \"signing\": secret \"cosign\" not found");
        waiting(status -> status.message().contains("secret \"cosign\" not found"));

        client().resource(new PodBuilder(client().resource(pod).get())
                        .editStatus()
                        .withPhase("Running")
                        .endStatus()
                        .build())
                .patchStatus();
        awaitPhase("photos", Phase.TRAINING_STUDENT);
        client().resource(pod).withGracePeriod(1).delete();
        TrainingRecipeStatus lost = waiting(status -> status.message().contains("node.kubernetes.io/out-of-service"));
        assertThat(lost.phase()).isEqualTo(Phase.PENDING);
        assertThat(pods()).hasSize(1);

        // As the message says.
        client().nodes()
                .withName(NODE)
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"spec\": {\"taints\": [{\"key\": \"node.kubernetes.io/out-of-service\", \"effect\": \"NoExecute\"}]}}");
        await("the attempt has another pod", () -> pods().stream()
                .anyMatch(
                        p -> !p.getMetadata().getUid().equals(pod.getMetadata().getUid())));
        assertThat(jobNames()).hasSize(1);
    }

    private static TrainingRecipeStatus waiting(Predicate<TrainingRecipeStatus> condition) {
        return awaitStatus("photos", status -> status.message() != null && condition.test(status));
    }

    private static void warn(Pod pod, String reason, String message) {
        String now = Instant.now().toString();
        client().resource(new EventBuilder()
                        .withNewMetadata()
                        .withName(pod.getMetadata().getName() + "." + reason.toLowerCase(Locale.ROOT))
                        .withNamespace(pod.getMetadata().getNamespace())
                        .endMetadata()
                        .withNewInvolvedObject()
                        .withKind("Pod")
                        .withNamespace(pod.getMetadata().getNamespace())
                        .withName(pod.getMetadata().getName())
                        .withUid(pod.getMetadata().getUid())
                        .endInvolvedObject()
                        .withType("Warning")
                        .withReason(reason)
                        .withMessage(message)
                        .withFirstTimestamp(now)
                        .withLastTimestamp(now)
                        .build())
                .create();
    }
}
