package dev.distillery.operator;

import dev.distillery.embedded.EmbeddedClusterOptions;
import dev.distillery.embedded.runner.Runner;
import dev.distillery.kubernetes.ControlPlane;
import dev.distillery.kubernetes.KServe;
import dev.distillery.kubernetes.KubernetesBinaries;
import dev.distillery.kubernetes.Kueue;
import dev.distillery.operator.chart.Chart;
import dev.distillery.operator.chart.ChartRights;
import dev.distillery.recipe.RecipeDocument;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A real control plane, with one node whose pods are local processes. */
public final class RealKubernetes implements KubernetesUnderTest {
    private static final String OPERATOR_NAMESPACE = "default";

    private final KubernetesBinaries binaries;
    private final Path state;
    private final Chart chart;
    private final ControlPlane control;
    private final Runner node;

    public RealKubernetes(KubernetesBinaries binaries, Path state) throws IOException {
        this.binaries = binaries;
        this.state = state;
        this.chart = Chart.of(binaries);
        this.control = ControlPlane.startApiServer(binaries, state.resolve("control-plane"));
        try (InputStream yaml = RecipeDocument.class.getResourceAsStream(RecipeDocument.CRD_RESOURCE)) {
            define(yaml);
        }
        control.startControllers();
        this.node = Runner.startNode(
                new KubernetesClientBuilder()
                        .withConfig(control.config("admin"))
                        .build(),
                EmbeddedClusterOptions.in(state).withImages(KubernetesUnderTest.images()));
        // Whatever the suite runs there passes the strictest of the Pod Security Standards.
        client().namespaces().withName(OPERATOR_NAMESPACE).edit(namespace -> namespace
                .edit()
                .editMetadata()
                .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                .endMetadata()
                .build());
    }

    @Override
    public KubernetesClient client() {
        return control.client();
    }

    @Override
    public InputStream kserve() throws IOException {
        return Files.newInputStream(binaries.crds("kserve").resolve("serving.kserve.io_inferenceservices.yaml"));
    }

    /** The chart's service account and no other rights than the chart's: what the operator lacks, its tests lack. */
    @Override
    public Path kubeconfig() {
        return kubeconfig(List.of());
    }

    /** @param settings of the chart's installation: {@code name=value} */
    Path kubeconfig(List<String> settings) {
        return control.kubeconfig(ChartRights.grant(client(), chart, OPERATOR_NAMESPACE, settings));
    }

    /** Closed by whoever asks. */
    Kueue startKueue() {
        return Kueue.start(binaries, control, state.resolve("kueue"));
    }

    /** Closed by whoever asks. */
    KServe startKServe() {
        return KServe.start(binaries, control, state.resolve("kserve"));
    }

    @Override
    public Path claim(String namespace, String name) {
        return state.resolve("volumes").resolve(namespace).resolve(name);
    }

    @Override
    public void close() {
        node.close();
        control.close();
    }
}
