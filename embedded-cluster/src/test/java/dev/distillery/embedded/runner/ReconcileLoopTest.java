package dev.distillery.embedded.runner;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReconcileLoopTest {
    /** Else a pod whose end cannot be read from a full disk would never end. */
    @Test
    void aStepThatTheDiskRefusesIsTriedAgain() throws InterruptedException {
        AtomicInteger tries = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(1);
        try (ReconcileLoop loop = new ReconcileLoop()) {
            loop.submit(() -> {
                if (tries.incrementAndGet() == 1) {
                    throw new UncheckedIOException("status", new IOException("No space left on device"));
                }
                done.countDown();
            });
            assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(tries).hasValue(2);
    }
}
