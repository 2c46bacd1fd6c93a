package dev.distillery.embedded.runner;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The runner's one thread. A step that the API server or the disk refuses is tried again a little later. */
final class ReconcileLoop implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ReconcileLoop.class.getName());
    private static final Duration RETRY = Duration.ofMillis(200);
    /** A disk that is full stays so for a while. */
    private static final Duration RETRY_IO = Duration.ofSeconds(5);

    private static final int CLOSE_SECONDS = 5;

    private final ScheduledThreadPoolExecutor thread;

    ReconcileLoop() {
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread worker = new Thread(task, "runner");
            worker.setDaemon(true);
            return worker;
        });
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        thread.setRemoveOnCancelPolicy(true);
    }

    void submit(Runnable step) {
        submitAfter(Duration.ZERO, step);
    }

    void submitAfter(Duration delay, Runnable step) {
        try {
            var unused = thread.schedule(() -> run(step), Math.max(0, delay.toMillis()), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.log(System.Logger.Level.DEBUG, "the runner is closed");
        }
    }

    /** Lets the step in progress end; later ones are dropped. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private void run(Runnable step) {
        try {
            step.run();
        } catch (KubernetesClientException e) {
            if (!thread.isShutdown()) {
                LOG.log(System.Logger.Level.DEBUG, "to be tried again", e);
                submitAfter(RETRY, step);
            }
        } catch (UncheckedIOException e) {
            LOG.log(System.Logger.Level.ERROR, "a step of the runner failed and is tried again", e);
            submitAfter(RETRY_IO, step);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "a step of the runner failed", e);
        }
    }
}
