package dev.distillery.operator.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.distillery.kubernetes.ControlPlane;
import dev.distillery.kubernetes.KubernetesBinaries;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lint, rendering, installation, upgrade and removal of the chart, by helm on a real API server. */
@EnabledIfSystemProperty(named = "distillery.kubernetes", matches = "real")
class ChartIT {
    private static final String NAMESPACE = "distillery-system";
    private static final Path RENDERED = Path.of("../charts/rendered/distillery.yaml");
    private static final boolean REGENERATE = Boolean.getBoolean("chart.regenerate");

    /** What the Prometheus operator would install; its own schema is not at hand. */
    private static final String SERVICE_MONITORS =
            """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: servicemonitors.monitoring.coreos.com}
            spec:
              group: monitoring.coreos.com
              scope: Namespaced
              names: {kind: ServiceMonitor, plural: servicemonitors}
              versions:
                - name: v1
                  served: true
                  storage: true
                  schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            """;

    @TempDir
    static Path folder;

    private static KubernetesBinaries binaries;
    private static ControlPlane control;
    private static Chart chart;

    @BeforeAll
    static void start() {
        Optional<KubernetesBinaries> found = KubernetesBinaries.find();
        assumeTrue(found.isPresent(), KubernetesBinaries.HOW);
        binaries = found.get();
        chart = Chart.of(binaries);
        control = ControlPlane.start(binaries, folder.resolve("control-plane"));
        namespace(NAMESPACE);
        namespace("vision");
        kubectl("apply", SERVICE_MONITORS);
        kubectl("wait", "", "--for=condition=Established", "crd/servicemonitors.monitoring.coreos.com");
    }

    @AfterAll
    static void stop() {
        if (control != null) {
            control.close();
        }
    }

    @Test
    void lintFindsNothing() {
        assertThat(Command.run(chart.helm(), List.of("lint", "--strict", Chart.FOLDER.toString()))
                        .succeeded())
                .contains("0 chart(s) failed");
    }

    /** Each line is a set of values; the API server validates strictly, unknown fields included, and stores nothing. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "replicas=2",
                "replicas=1",
                "watchNamespaces={vision}",
                "rbac.create=false serviceAccount.create=false serviceAccount.name=mine",
                "metrics.serviceMonitor.enabled=true metrics.serviceMonitor.labels.release=prometheus"
                        + " metrics.dashboard.enabled=true",
                "image.digest=sha256:0000000000000000000000000000000000000000000000000000000000000000"
                        + " imagePullSecrets[0].name=registry priorityClassName=system-cluster-critical",
                "networkPolicy.metricsFrom[0].podSelector.matchLabels.app=prometheus podLabels.team=ml"
                        + " podAnnotations.note=here serviceAccount.annotations.role=arn",
                "nodeSelector.disk=ssd tolerations[0].key=gpu tolerations[0].operator=Exists env[0].name=A"
                        + " env[0].value=b logging.json=false logging.level=DEBUG trainer.gpuImage=distillery/trainer-cuda:1",
            })
    void theApiServerTakesWhatItRenders(String settings) {
        String yaml = chart.template(NAMESPACE, List.of(settings.split(" ")));
        assertThat(kubectl("apply", yaml, "--dry-run=server", "--validate=strict"))
                .contains("deployment.apps/" + Chart.NAME);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "replica=2",
                "replicas=two",
                "image.digest=sha256:1",
                "watchNamespaces={Not_A_Name}",
                "progress.interval=5s",
                "logging.level=LOUD",
            })
    void valuesThatAreWrongAreRefused(String setting) {
        Command.Outcome outcome = Command.run(
                chart.helm(), List.of("template", Chart.RELEASE, Chart.FOLDER.toString(), "--set", setting));
        assertThat(outcome.exitCode()).as("%s was taken", setting).isNotZero();
        assertThat(outcome.errors()).contains("values don't meet the specifications of the schema");
    }

    @Test
    void aNamespacedInstallationHasNoRightsElsewhere() {
        List<HasMetadata> objects =
                chart.objects(NAMESPACE, List.of("watchNamespaces={vision}", "rbac.aggregate=false"));
        String token = ChartRights.grant(
                control.client(), chart, NAMESPACE, List.of("watchNamespaces={vision}", "rbac.aggregate=false"));
        assertThat(objects)
                .filteredOn(object -> object.getKind().equals("ClusterRole"))
                .hasSize(1);
        assertThat(may(token, "list", "trainingrecipes.distillery.dev", "vision"))
                .isTrue();
        assertThat(may(token, "create", "jobs.batch", "vision")).isTrue();
        assertThat(may(token, "create", "tokenreviews.authentication.k8s.io", "default"))
                .isTrue();
        assertThat(may(token, "create", "jobs.batch", "default")).isFalse();
        assertThat(may(token, "list", "trainingrecipes.distillery.dev", "default"))
                .isFalse();
        assertThat(may(token, "get", "secrets", "vision")).isFalse();
        assertThat(may(token, "list", "secrets", NAMESPACE)).isFalse();
        assertThat(may(token, "get", "secrets/distillery-progress-tls", NAMESPACE))
                .isTrue();
        assertThat(may(token, "get", "secrets/another", NAMESPACE)).isFalse();
        kubectl("delete", chart.template(NAMESPACE, List.of("watchNamespaces={vision}")), "--ignore-not-found");
    }

    @Test
    void installsUpgradesAndGoesLeavingTheRecipes() {
        chart.helm(control.kubeconfig(), "install", Chart.RELEASE, Chart.FOLDER.toString(), "-n", NAMESPACE)
                .succeeded();
        kubectl("wait", "", "--for=condition=Established", "crd/trainingrecipes.distillery.dev");
        assertThat(deployment().getSpec().getReplicas()).isEqualTo(2);
        theOperatorsPodIsRestricted();
        kubectl("apply", recipe());

        chart.helm(
                        control.kubeconfig(),
                        "upgrade",
                        Chart.RELEASE,
                        Chart.FOLDER.toString(),
                        "-n",
                        NAMESPACE,
                        "--set",
                        "replicas=3,watchNamespaces={vision}")
                .succeeded();
        assertThat(deployment().getSpec().getReplicas()).isEqualTo(3);
        assertThat(kubectl("get", "", "role", "-n", "vision", "-o", "name")).contains(Chart.NAME);
        kubectl("apply", readCrd(), "--server-side", "--force-conflicts");

        chart.helm(control.kubeconfig(), "uninstall", Chart.RELEASE, "-n", NAMESPACE, "--wait")
                .succeeded();
        assertThat(kubectl("get", "", "all,roles,rolebindings,networkpolicies,pdb", "-A", "-o", "name"))
                .doesNotContain(Chart.NAME);
        assertThat(kubectl("get", "", "clusterroles,clusterrolebindings", "-o", "name"))
                .doesNotContain(Chart.NAME);
        assertThat(kubectl("get", "", "trainingrecipes", "-n", "vision", "-o", "name"))
                .contains("keeps");
    }

    /** The namespace enforces the level "restricted", as the kustomize base sets it. */
    private static void theOperatorsPodIsRestricted() {
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withName("as-deployed")
                .withNamespace(NAMESPACE)
                .endMetadata()
                .withSpec(deployment().getSpec().getTemplate().getSpec())
                .build();
        client().resource(pod).dryRun().create();
        pod.getSpec().getContainers().get(0).getSecurityContext().setAllowPrivilegeEscalation(true);
        assertThat(catchThrowableOfType(
                        KubernetesClientException.class,
                        () -> client().resource(pod).dryRun().create()))
                .as("the namespace enforces nothing, so that this test proves nothing")
                .hasMessageContaining("violates PodSecurity");
    }

    @Test
    void theKustomizeBaseIsWhatTheChartRenders() throws IOException {
        String rendered = chart.template(NAMESPACE, List.of());
        if (REGENERATE) {
            Files.writeString(RENDERED, rendered);
        }
        assertThat(Files.readString(RENDERED))
                .as(
                        "%s is out of date: mvn -pl operator -am verify -Dit.test=ChartIT -Dchart.regenerate=true",
                        RENDERED)
                .isEqualTo(rendered);
        assertThat(kubectl("apply", "", "-k", "../charts", "--dry-run=server", "--server-side", "--validate=strict"))
                .contains("deployment.apps/" + Chart.NAME, "customresourcedefinition.apiextensions.k8s.io");
    }

    @Test
    void anOverlayMayPutItIntoAnotherNamespace() throws IOException {
        Path overlay = Files.createDirectories(folder.resolve("overlay")).toRealPath();
        Path base = overlay.relativize(Path.of("../charts").toRealPath());
        Files.writeString(overlay.resolve("kustomization.yaml"), "{namespace: ml, resources: [" + base + "]}");
        assertThat(kubectl("kustomize", "", overlay.toString()))
                .contains("namespace: ml", "https://" + Chart.NAME + ".$(DISTILLERY_POD_NAMESPACE).svc:8443")
                .doesNotContain(".distillery-system");
    }

    private static Deployment deployment() {
        return client().apps()
                .deployments()
                .inNamespace(NAMESPACE)
                .withName(Chart.NAME)
                .get();
    }

    private static String recipe() {
        return """
                apiVersion: distillery.dev/v1alpha1
                kind: TrainingRecipe
                metadata: {name: keeps, namespace: vision}
                spec:
                  dataset:
                    train: {images: {uri: "pvc://data/a"}, labels: {uri: "pvc://data/b"}}
                    validation: {images: {uri: "pvc://data/c"}, labels: {uri: "pvc://data/d"}}
                  teacher: {model: {family: resnet-cifar, depth: 8}, epochs: 2}
                  student: {model: {family: resnet-cifar, depth: 8}, epochs: 2}
                  tricks: {warmup: {epochs: 1}}
                  publish: {destinations: [{uri: "pvc://models/vision"}]}
                """;
    }

    private static String readCrd() {
        try {
            return Files.readString(Chart.FOLDER.resolve("crds/trainingrecipes.distillery.dev-v1.yml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean may(String token, String verb, String resource, String namespace) {
        return Command.run(
                                binaries.program("kubectl"),
                                List.of(
                                        "--kubeconfig",
                                        control.kubeconfig(token).toString(),
                                        "auth",
                                        "can-i",
                                        verb,
                                        resource,
                                        "-n",
                                        namespace))
                        .exitCode()
                == 0;
    }

    /** @return its output; it must succeed */
    private static String kubectl(String verb, String input, String... arguments) {
        List<String> all =
                new ArrayList<>(List.of("--kubeconfig", control.kubeconfig().toString(), verb));
        all.addAll(List.of(arguments));
        if (!input.isEmpty()) {
            all.addAll(List.of("-f", "-"));
        }
        return Command.run(binaries.program("kubectl"), all, input).succeeded();
    }

    private static void namespace(String name) {
        client().resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                        .endMetadata()
                        .build())
                .create();
    }

    private static KubernetesClient client() {
        return control.client();
    }
}
