package dev.distillery.cli;

import dev.distillery.embedded.EmbeddedCluster;
import dev.distillery.embedded.EmbeddedClusterOptions;
import dev.distillery.recipe.RecipeDocument;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.report.ExitCode;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Embedded cluster and operator, started together and stopped together: by {@link #close}, or by the JVM when a signal
 * ends it. Whatever was started until then is stopped, trainers included.
 */
final class LocalCluster implements AutoCloseable {
    private static final String FIELD_MANAGER = "distillery-cli";
    private static final int DEFINITION_SECONDS = 30;
    private static final int SIGNAL_SECONDS = 2;

    private final StateDirectory state;
    private final Thread shutdownHook;
    private EmbeddedCluster cluster;
    private OperatorProcess operator;
    private final CountDownLatch closing = new CountDownLatch(1);
    private boolean closed;

    /** @param afterSignal run once everything is stopped because a signal ended the JVM */
    LocalCluster(StateDirectory state, Runnable afterSignal) {
        this.state = state;
        this.shutdownHook = new Thread(
                () -> {
                    close();
                    afterSignal.run();
                },
                "distillery-shutdown");
        Runtime.getRuntime().addShutdownHook(shutdownHook);
    }

    /** @param port of the API server, 0 for any */
    void start(Installation installation, Machine machine, int port) throws InterruptedException {
        Path operatorJar = installation.operator();
        Path trainer = installation.trainer();
        ClusterLog.to(state.clusterLog());
        startCluster(EmbeddedClusterOptions.in(state.path())
                .withImages(Map.of(Installation.TRAINER_IMAGE, List.of(trainer.toString())))
                .withGpus(machine.gpus())
                .withPort(port));
        applyDefinition();
        startOperator(operatorJar);
        operator.awaitReady();
    }

    KubernetesClient client() {
        return cluster.client();
    }

    Path kubeconfig() {
        return cluster.kubeconfig();
    }

    OperatorProcess operator() {
        return operator;
    }

    /**
     * A signal makes everything fail that is still under way, and Ctrl-C in a terminal reaches the operator too, perhaps
     * before it reaches this process: an error just before our own end is no error.
     *
     * @return what to throw for {@code e}
     */
    RuntimeException explained(RuntimeException e) throws InterruptedException {
        return closing.await(SIGNAL_SECONDS, TimeUnit.SECONDS)
                ? new Failure(ExitCode.INTERRUPTED, "stopped on request", e)
                : e;
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        closing.countDown();
        if (operator != null) {
            operator.requestStop();
        }
        if (cluster != null) {
            cluster.close();
        }
        if (operator != null) {
            operator.close();
        }
        state.close();
        if (Thread.currentThread() != shutdownHook) {
            removeHook();
        }
    }

    private synchronized void startCluster(EmbeddedClusterOptions options) {
        requireOpen();
        try {
            cluster = EmbeddedCluster.start(options);
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof BindException) {
                throw new Failure(
                        ExitCode.USAGE,
                        "--port: " + e.getMessage() + " (" + e.getCause().getMessage()
                                + "), expected a free port; name another, or 0 for any",
                        e);
            }
            throw e;
        }
    }

    private synchronized void startOperator(Path jar) {
        requireOpen();
        operator = OperatorProcess.start(jar, cluster.kubeconfig(), state.operatorLog());
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("closed while it starts");
        }
    }

    private void applyDefinition() {
        try (InputStream yaml = TrainingRecipe.class.getResourceAsStream(RecipeDocument.CRD_RESOURCE)) {
            CustomResourceDefinition definition = client().apiextensions()
                    .v1()
                    .customResourceDefinitions()
                    .load(yaml)
                    .item();
            client().resource(definition)
                    .fieldManager(FIELD_MANAGER)
                    .forceConflicts()
                    .serverSideApply();
            client().apiextensions()
                    .v1()
                    .customResourceDefinitions()
                    .withName(definition.getMetadata().getName())
                    .waitUntilCondition(LocalCluster::established, DEFINITION_SECONDS, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean established(CustomResourceDefinition definition) {
        return definition != null
                && definition.getStatus() != null
                && definition.getStatus().getConditions() != null
                && definition.getStatus().getConditions().stream()
                        .anyMatch(condition ->
                                "Established".equals(condition.getType()) && "True".equals(condition.getStatus()));
    }

    private void removeHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IllegalStateException e) {
            // The JVM is shutting down already; the hook finds everything closed.
            assert closed;
        }
    }
}
