package dev.distillery.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.status.Condition;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClassBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** What only a real control plane does: nodes get lost, its scheduler preempts, quotas and policies refuse. */
@EnabledIfSystemProperty(
        named = KubernetesUnderTest.WHICH,
        matches = KubernetesUnderTest.REAL,
        disabledReason = "the embedded cluster has one node and no quotas")
class RealClusterIT extends RecipeScenario {
    /** No kubelet serves it: what happens on it, the test says. */
    private static final String NODE = "ghost";

    private static final String POLICY =
            """
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingAdmissionPolicy
            metadata: {name: test}
            spec:
              matchConstraints:
                resourceRules:
                  - {apiGroups: ["%s"], apiVersions: [v1], operations: [CREATE], resources: [%s]}
              validations:
                - {expression: "%s", message: %s}
            ---
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingAdmissionPolicyBinding
            metadata: {name: test}
            spec: {policyName: test, validationActions: [Deny]}
            """;

    private static final String JOB =
            """
            apiVersion: batch/v1
            kind: Job
            metadata: {name: probe, namespace: default}
            spec: {template: {spec: {restartPolicy: Never, containers: [{name: probe, image: probe}]}}}
            """;

    private static final String NO_EVENTS = "no events of photos";
    private static final String NO_JOBS = "no team label";

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

    @Test
    void aQuotaThatIsUsedUpIsInTheStatusUntilThereIsMore() {
        ResourceQuota quota = client().resource(new ResourceQuotaBuilder()
                        .withNewMetadata()
                        .withName("trainers")
                        .withNamespace("default")
                        .endMetadata()
                        .withNewSpec()
                        .addToHard("pods", new Quantity("0"))
                        .endSpec()
                        .build())
                .create();
        try {
            await("the quota counts", () -> client().resource(quota).get().getStatus() != null);
            apply(Recipes.recipe("photos", "happy", false));
            TrainingRecipeStatus refused =
                    awaitStatus("photos", s -> s.message().startsWith("QuotaExceeded"));
            assertThat(refused.phase()).isEqualTo(Phase.PENDING);
            assertThat(refused.message()).contains("exceeded quota: trainers");
            assertThat(condition(refused, Condition.SCHEDULED).reason()).isEqualTo("QuotaExceeded");
        } finally {
            client().resource(quota).delete();
        }
        assertThat(awaitPhase("photos", Phase.READY).attempts().student()).isEqualTo(1);
    }

    @Test
    void aJobThatAPolicyRefusesIsInTheStatusUntilItIsAllowed() {
        List<HasMetadata> policy = policy("batch", "jobs", "false", NO_JOBS);
        try {
            await("the policy counts", () -> refuses(job(), NO_JOBS));
            apply(Recipes.recipe("photos", "happy", false));
            TrainingRecipeStatus refused = waiting(s -> s.message().startsWith("Refused"));
            assertThat(refused.phase()).isEqualTo(Phase.PENDING);
            assertThat(refused.message()).contains(NO_JOBS);
            assertThat(condition(refused, Condition.QUEUED).reason()).isEqualTo("Refused");
        } finally {
            client().resourceList(policy).delete();
        }
        await("the policy counts no more", () -> !refuses(job(), NO_JOBS));
        // It asks again after a while, and at once where somebody edits the recipe.
        recipe("photos")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"spec\": {\"retention\": {\"podsAfterFinish\": \"2h\"}}}");
        assertThat(awaitPhase("photos", Phase.READY).attempts().student()).isEqualTo(1);
    }

    @Test
    void aPodThatTheSchedulerPreemptsDoesNotCountAndAnotherGoesOn() throws IOException {
        client().nodes()
                .withName("embedded")
                .subresource("status")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"status\": {\"allocatable\": {\"nvidia.com/gpu\": \"1\"}}}");
        client().resource(new PriorityClassBuilder()
                        .withNewMetadata()
                        .withName("urgent")
                        .endMetadata()
                        .withValue(1000)
                        .build())
                .create();
        apply(Recipes.with(onGpu("photos"), "/retry/limit", 0));
        awaitStatus("photos", s -> s.progress() != null && s.progress().step() == 25);

        TrainingRecipe urgent = Recipes.with(onGpu("urgent"), "/compute/priorityClassName", "urgent");
        apply(Recipes.with(urgent, "/compute/workspaceClaim", "urgent"));
        awaitStatus("urgent", s -> s.progress() != null && s.progress().step() == 25);
        TrainingRecipeStatus preempted = awaitStatus("photos", s -> s.message().startsWith("Unschedulable"));
        assertThat(preempted.phase()).isEqualTo(Phase.PENDING);
        assertThat(preempted.message()).contains("Insufficient nvidia.com/gpu");
        assertThat(preempted.attempts().lastFailure().reason()).isEqualTo("PreemptionByScheduler");

        Files.createFile(kubernetes.claim("default", "urgent").resolve("go"));
        awaitPhase("urgent", Phase.READY);
        assertGoesOnToItsEnd();
    }

    @Test
    void anEventThatIsRefusedStopsNothingAndIsInTheLogWithItsRecipe() throws IOException {
        List<HasMetadata> policy = policy("", "events", "object.involvedObject.name != 'photos'", NO_EVENTS);
        try {
            await("the policy counts", () -> refuses(event("photos"), NO_EVENTS));
            apply(Recipes.recipe("photos", "happy", false));
            awaitPhase("photos", Phase.READY);
        } finally {
            client().resourceList(policy).delete();
        }
        ObjectMapper json = new ObjectMapper();
        List<JsonNode> refusals = new ArrayList<>();
        for (String line : operator.log()) {
            if (line.contains(NO_EVENTS)) {
                refusals.add(json.readTree(line).path("mdc"));
            }
        }
        assertThat(refusals).isNotEmpty().allSatisfy(mdc -> {
            assertThat(mdc.path("resource.namespace").asText()).isEqualTo("default");
            assertThat(mdc.path("resource.name").asText()).isEqualTo("photos");
            assertThat(mdc.path("resource.generation").asText()).isEqualTo("1");
        });
    }

    private static TrainingRecipe onGpu(String name) {
        return Recipes.with(Recipes.recipe(name, "waits", false), "/compute/gpus", 1);
    }

    private static List<HasMetadata> policy(String group, String resources, String expression, String message) {
        String policy = POLICY.formatted(group, resources, expression, message);
        return client().load(new ByteArrayInputStream(policy.getBytes(StandardCharsets.UTF_8)))
                .create();
    }

    private static boolean refuses(HasMetadata probe, String message) {
        try {
            client().resource(probe).dryRun().create();
            return false;
        } catch (KubernetesClientException e) {
            return e.getMessage().contains(message);
        }
    }

    private static Job job() {
        return Serialization.unmarshal(JOB, Job.class);
    }

    private static Event event(String name) {
        return new EventBuilder()
                .withNewMetadata()
                .withGenerateName("probe-")
                .withNamespace("default")
                .endMetadata()
                .withNewInvolvedObject()
                .withKind("TrainingRecipe")
                .withName(name)
                .withNamespace("default")
                .endInvolvedObject()
                .build();
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
