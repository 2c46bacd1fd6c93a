package dev.distillery.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.distillery.embedded.EmbeddedClusterOptions;
import dev.distillery.embedded.runner.Runner;
import dev.distillery.kubernetes.ControlPlane;
import dev.distillery.kubernetes.KubernetesBinaries;
import dev.distillery.recipe.RecipeDocument;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.recipe.TrainingRecipeNames;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A recipe from end to end on a real control plane: its scheduler and Job controller, the operator and the trainer as they
 * ship. Only the kubelet is ours.
 */
class RealKubernetesIT {
    private static final long PATIENCE_SECONDS = 300;

    private final Installation installation =
            new Installation(Path.of("..").toAbsolutePath().normalize());

    @TempDir
    private Path folder;

    @Test
    @SuppressWarnings("try") // the node works by being there
    void aRecipePublishesItsStudent() throws Exception {
        Optional<KubernetesBinaries> binaries = KubernetesBinaries.find();
        if (binaries.isEmpty()) {
            System.out.println(KubernetesBinaries.HOW);
        }
        assumeTrue(binaries.isPresent(), KubernetesBinaries.HOW);
        RecipeFile file = RecipeFile.load(
                installation.home().resolve("examples/smoke.yaml"),
                List.of(),
                folder.resolve("models").toString(),
                null);
        try (ControlPlane control = ControlPlane.start(binaries.get(), folder.resolve("control-plane"));
                Runner node = Runner.startNode(
                        new KubernetesClientBuilder()
                                .withConfig(control.config("admin"))
                                .build(),
                        EmbeddedClusterOptions.in(folder.resolve("node"))
                                .withImages(Map.of(
                                        Installation.TRAINER_IMAGE,
                                        List.of(installation.trainer().toString()))))) {
            KubernetesClient client = control.client();
            define(client);
            try (OperatorProcess operator = OperatorProcess.start(
                    installation.operator(), control.kubeconfig(), folder.resolve("operator.log"))) {
                operator.awaitReady();
                apply(client, file);
                TrainingRecipeStatus status = client.resources(TrainingRecipe.class)
                        .inNamespace(file.document().namespace())
                        .withName(file.document().name())
                        .waitUntilCondition(
                                recipe -> recipe != null
                                        && recipe.getStatus() != null
                                        && recipe.getStatus().phase() != null
                                        && recipe.getStatus().phase().terminal(),
                                PATIENCE_SECONDS,
                                TimeUnit.SECONDS)
                        .getStatus();
                assertThat(status.phase())
                        .as(() -> status.conditions().toString())
                        .isEqualTo(Phase.READY);
                assertThat(folder.resolve("models/smoke/1/model.onnx")).isNotEmptyFile();
                assertThat(status.artifacts().get(0).sha256()).hasSize(64);
                assertThat(Files.readString(folder.resolve("operator.log"))).doesNotContain(" ERROR ");
            }
        }
    }

    private static void define(KubernetesClient client) throws IOException {
        try (InputStream yaml = RecipeDocument.class.getResourceAsStream(RecipeDocument.CRD_RESOURCE)) {
            client.load(yaml).create();
        }
        client.apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName(TrainingRecipeNames.PLURAL + "." + TrainingRecipeNames.GROUP)
                .waitUntilCondition(
                        crd -> crd.getStatus() != null
                                && crd.getStatus().getConditions() != null
                                && crd.getStatus().getConditions().stream()
                                        .anyMatch(c -> c.getType().equals("Established")
                                                && c.getStatus().equals("True")),
                        PATIENCE_SECONDS,
                        TimeUnit.SECONDS);
    }

    private static void apply(KubernetesClient client, RecipeFile file) {
        String namespace = file.document().namespace();
        RecipeClaims.of(namespace, file.document().spec())
                .forEach(claim -> client.resource(claim).create());
        client.genericKubernetesResources(TrainingRecipeNames.API_VERSION, TrainingRecipeNames.KIND)
                .inNamespace(namespace)
                .resource(client.getKubernetesSerialization()
                        .convertValue(file.applied(), GenericKubernetesResource.class))
                .serverSideApply();
    }
}
