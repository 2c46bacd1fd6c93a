package dev.distillery.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.distillery.kubernetes.KubernetesBinaries;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.status.Phase;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Installed for one namespace, with the chart's Role there and no ClusterRole for recipes, on a real API server. */
@EnabledIfSystemProperty(named = "distillery.kubernetes", matches = "real")
class OneNamespaceIT {
    private static final String WATCHED = "vision";

    @TempDir
    static Path folder;

    @Test
    void recipesOfTheNamespaceRunAndOthersAreLeftAlone() throws IOException, InterruptedException {
        Optional<KubernetesBinaries> binaries = KubernetesBinaries.find();
        assumeTrue(binaries.isPresent(), KubernetesBinaries.HOW);
        try (RealKubernetes kubernetes = new RealKubernetes(binaries.get(), folder)) {
            KubernetesClient client = kubernetes.client();
            client.resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(WATCHED)
                            .endMetadata()
                            .build())
                    .create();
            client.resource(new PersistentVolumeClaimBuilder(RecipeScenario.dataClaim())
                            .editMetadata()
                            .withNamespace(WATCHED)
                            .endMetadata()
                            .build())
                    .create();
            Path kubeconfig =
                    kubernetes.kubeconfig(List.of("watchNamespaces={" + WATCHED + "}", "rbac.aggregate=false"));
            Path log = folder.resolve("operator.log");
            try (OperatorUnderTest operator =
                    new OperatorUnderTest(kubeconfig, log).with("QUARKUS_OPERATOR_SDK_NAMESPACES", WATCHED)) {
                operator.start();
                recipe(client, "default").create();
                recipe(client, WATCHED).create();
                recipe(client, WATCHED)
                        .waitUntilCondition(
                                r -> r.getStatus() != null && r.getStatus().phase() == Phase.READY,
                                RecipeScenario.PATIENCE.toSeconds(),
                                TimeUnit.SECONDS);
                assertThat(recipe(client, "default").get().getStatus().phase())
                        .as("phase of the recipe elsewhere")
                        .isNull();
                assertThat(client.resources(Job.class)
                                .inNamespace("default")
                                .list()
                                .getItems())
                        .isEmpty();
                RecipeScenario.await(
                        "an event tells it",
                        () -> client.resources(Event.class).inNamespace(WATCHED).list().getItems().stream()
                                .anyMatch(event -> event.getReason().equals("Published")));
                assertThat(operator.text("/q/metrics"))
                        .contains("distillery_kubernetes_requests_total{code=\"200\"")
                        .doesNotContain("code=\"403\"");
                assertThat(operator.errors()).isEmpty();
                assertThat(operator.log()).noneMatch(line -> line.contains("forbidden"));
            }
        }
    }

    private static Resource<TrainingRecipe> recipe(KubernetesClient client, String namespace) {
        TrainingRecipe recipe = Recipes.recipe("photos", "happy", true);
        recipe.getMetadata().setNamespace(namespace);
        return client.resource(recipe);
    }
}
