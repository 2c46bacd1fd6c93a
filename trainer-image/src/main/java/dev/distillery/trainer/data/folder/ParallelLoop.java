package dev.distillery.trainer.data.folder;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

/** A loop whose turns are taken by several threads, in any order. */
final class ParallelLoop {
    private ParallelLoop() {}

    /**
     * Calls the body for 0 to {@code count} − 1. The first failure ends the loop and is thrown here.
     *
     * @param threads at least 1; 1 is the calling thread
     * @throws TrainerException INTERRUPTED if the calling thread is interrupted
     */
    static void run(int count, int threads, IntConsumer body) {
        AtomicInteger next = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Runnable turns = () -> {
            try {
                for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                    body.accept(i);
                }
            } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
                next.set(count);
            }
        };
        List<Thread> others = new ArrayList<>();
        for (int i = 1; i < Math.min(threads, count); i++) {
            Thread other = new Thread(turns, "images-" + i);
            other.setDaemon(true);
            other.start();
            others.add(other);
        }
        turns.run();
        try {
            for (Thread other : others) {
                other.join();
            }
        } catch (InterruptedException e) {
            next.set(count);
            Thread.currentThread().interrupt();
            throw new TrainerException(ExitCode.INTERRUPTED, "stopped while reading images", e);
        }
        if (failure.get() instanceof Error e) {
            throw e;
        }
        if (failure.get() instanceof RuntimeException e) {
            throw e;
        }
    }
}
