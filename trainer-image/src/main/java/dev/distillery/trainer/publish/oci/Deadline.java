package dev.distillery.trainer.publish.oci;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import land.oras.exception.OrasException;

/** Ends the SDK's requests, which (0.7.0) wait for ever for the answer of whoever took the connection. */
final class Deadline {
    private Deadline() {}

    /** @throws OrasException if the request fails, or is not done by then; it is interrupted then */
    static <T> T within(Duration limit, Callable<T> request) {
        FutureTask<T> task = new FutureTask<>(request);
        Thread thread = new Thread(task, "registry-request");
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new OrasException("no answer in " + limit.toMillis() / 1000.0 + " s");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failed) {
                throw failed;
            }
            if (e.getCause() instanceof Error failed) {
                throw failed;
            }
            throw new OrasException("the connection ended", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TrainerException(ExitCode.INTERRUPTED, "stopped while it waited for a registry", e);
        } finally {
            task.cancel(true);
        }
    }
}
