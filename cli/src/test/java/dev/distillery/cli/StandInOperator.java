package dev.distillery.cli;

import com.sun.net.httpserver.HttpServer;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.ExitCode;
import dev.distillery.report.Result;
import dev.distillery.report.Stage;
import dev.distillery.status.Condition;
import dev.distillery.status.Phase;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Plays the operator's side of the contract with the command line; the recipe's name says how the run goes. */
public final class StandInOperator implements Watcher<TrainingRecipe> {
    static final String SUCCEEDS = "tiny";
    static final String MISSES_THE_GATE = "gate";
    static final String CRASHES = "crash";
    static final String NEVER_ENDS = "long";

    private static final Result RESULT = new Result(0.9, 0.91, 2e-6, 1, 1000, 2000L, 4000, 0.5, 3, null);

    private static final List<CurvePoint> CURVE = List.of(new CurvePoint(Stage.STUDENT, 1, 0.5, 0.9, 0.1));

    private final KubernetesClient client;

    private StandInOperator(KubernetesClient client) {
        this.client = client;
    }

    public static void main(String[] args) throws IOException {
        System.out.println("kubeconfig " + System.getenv("KUBECONFIG"));
        System.out.println("image " + System.getenv("DISTILLERY_TRAINER_IMAGE"));
        System.out.println(
                "progress at " + System.getenv("DISTILLERY_PROGRESS_URL").replaceAll("[0-9]+$", "…"));
        if (!Files.exists(Path.of(System.getenv("KUBECONFIG")))) {
            System.out.println("no cluster there");
            System.exit(3);
        }
        String host = System.getenv("QUARKUS_HTTP_HOST");
        int port = Integer.parseInt(System.getenv("QUARKUS_HTTP_PORT"));
        HttpServer server = HttpServer.create(new InetSocketAddress(host, port), 0);
        server.createContext("/q/health/ready", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        KubernetesClient client = new KubernetesClientBuilder().build();
        client.resources(TrainingRecipe.class).inAnyNamespace().watch(new StandInOperator(client));
        server.start();
    }

    @Override
    public void eventReceived(Action action, TrainingRecipe recipe) {
        if (action != Action.ADDED) {
            return;
        }
        switch (recipe.getMetadata().getName()) {
            case SUCCEEDS -> {
                String uri = recipe.getSpec().publish().destinations().get(0).uri() + "/tiny/1";
                report(recipe, training());
                report(
                        recipe,
                        Statuses.in(Phase.READY)
                                .learningCurve(CURVE)
                                .result(RESULT)
                                .artifact(uri, "ab".repeat(32))
                                .condition(Condition.READY, "True", "Published", "so it ended"));
            }
            case MISSES_THE_GATE ->
                report(
                        recipe,
                        Statuses.in(Phase.FAILED)
                                .result(RESULT)
                                .condition(Condition.FAILED, "True", ExitCode.GATE_FAILED.reason(), "so it ended"));
            case CRASHES -> {
                System.out.println("out of luck");
                System.exit(5);
            }
            default -> {
                report(recipe, training());
                startJob(recipe.getMetadata().getNamespace());
            }
        }
    }

    private static Statuses training() {
        return Statuses.in(Phase.TRAINING_STUDENT).learningCurve(CURVE);
    }

    private void report(TrainingRecipe recipe, Statuses status) {
        client.resources(TrainingRecipe.class)
                .inNamespace(recipe.getMetadata().getNamespace())
                .withName(recipe.getMetadata().getName())
                .editStatus(current -> {
                    current.setStatus(status.build());
                    return current;
                });
    }

    private void startJob(String namespace) {
        client.resource(new JobBuilder()
                        .withNewMetadata()
                        .withName("student")
                        .withNamespace(namespace)
                        .endMetadata()
                        .withNewSpec()
                        .withNewTemplate()
                        .withNewSpec()
                        .withRestartPolicy("Never")
                        .addNewContainer()
                        .withName("trainer")
                        .withImage(System.getenv("DISTILLERY_TRAINER_IMAGE"))
                        .withArgs("student")
                        .endContainer()
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .build())
                .create();
    }

    @Override
    public void onClose(WatcherException cause) {
        System.out.println("the watch ended: " + cause);
    }

    /** @return a jar that {@code java -jar} starts this class from, with this JVM's class path */
    static Path jar(Path file) {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, StandInOperator.class.getName());
        manifest.getMainAttributes()
                .put(
                        Attributes.Name.CLASS_PATH,
                        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                                .map(entry -> Path.of(entry).toUri().toString())
                                .collect(Collectors.joining(" ")));
        try {
            Files.createDirectories(file.getParent());
            new JarOutputStream(Files.newOutputStream(file), manifest).close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }
}
