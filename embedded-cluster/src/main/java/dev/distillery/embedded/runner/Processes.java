package dev.distillery.embedded.runner;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Every process that runs for a pod. Nothing is started once it is closed. */
final class Processes implements AutoCloseable {
    private final Map<PodId, PodProcess> byPod = new ConcurrentHashMap<>();
    private final Duration grace;
    private boolean closed;

    Processes(Duration grace) {
        this.grace = grace;
    }

    synchronized PodProcess start(PodId pod, ContainerSetup.Command command) throws StartFailure {
        if (closed) {
            throw StartFailure.execution("the runner is closed");
        }
        PodProcess process = PodProcess.start(command);
        byPod.put(pod, process);
        return process;
    }

    Optional<PodProcess> of(PodId pod) {
        return Optional.ofNullable(byPod.get(pod));
    }

    void forget(PodId pod) {
        byPod.remove(pod);
    }

    /** SIGTERM to all, SIGKILL after the grace to whatever is left. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        Collection<PodProcess> all = List.copyOf(byPod.values());
        all.forEach(PodProcess::terminate);
        try {
            CompletableFuture.allOf(all.stream().map(PodProcess::onExit).toArray(CompletableFuture[]::new))
                    .get(grace.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("waiting for a process cannot fail", e);
        } catch (TimeoutException e) {
            System.getLogger(Processes.class.getName())
                    .log(System.Logger.Level.WARNING, "processes that ignored SIGTERM are killed");
        } finally {
            all.forEach(PodProcess::kill);
            byPod.clear();
        }
    }
}
