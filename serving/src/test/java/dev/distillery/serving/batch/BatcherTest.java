package dev.distillery.serving.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distillery.inference.PublishedModel;
import dev.distillery.serving.TestModels;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatcherTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final BooleanSupplier STAYS = () -> false;

    @TempDir
    Path folder;

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private PublishedModel model;
    private Batcher batcher;

    @BeforeEach
    void load() throws Exception {
        model = PublishedModel.load(TestModels.pixels(folder).resolve("7/model.onnx"), 1);
        batcher = new Batcher(model, metrics);
    }

    @AfterEach
    void close() {
        batcher.close();
        model.close();
    }

    /** What queues before the thread starts is what queues while the model runs. */
    @Test
    void whatWaitsRunsTogetherUpToTheLargestBatch() {
        int[] counts = {1, 30, 33, 1, 64, 5};
        List<CompletableFuture<Map<String, float[]>>> answers = new ArrayList<>();
        for (int count : counts) {
            answers.add(batcher.submit(ByteBuffer.wrap(TestModels.images(count)), count, STAYS));
        }
        batcher.start();
        for (int i = 0; i < counts.length; i++) {
            assertThat(answers.get(i).join().get("probabilities")).containsExactly(alone(counts[i]));
        }
        // 1 + 30 + 33, 1, 64, 5: a request is never split, and none overtakes another.
        assertThat(metrics.get("distillery.batch.images").summary().count()).isEqualTo(4);
        assertThat(metrics.get("distillery.batch.images").summary().max()).isEqualTo(64);
    }

    @Test
    void whatNobodyWaitsForDoesNotRun() {
        CompletableFuture<Map<String, float[]>> gone =
                batcher.submit(ByteBuffer.wrap(TestModels.images(3)), 3, () -> true);
        CompletableFuture<Map<String, float[]>> waits = batcher.submit(ByteBuffer.wrap(TestModels.images(2)), 2, STAYS);
        batcher.start();
        assertThat(waits.join().get("probabilities")).containsExactly(alone(2));
        assertThat(gone).isCancelled();
        assertThat(metrics.get("distillery.batch.images").summary().max()).isEqualTo(2);
    }

    @Test
    void closingAnswersWhatWasSubmittedAndRefusesMore() {
        CompletableFuture<Map<String, float[]>> before =
                batcher.submit(ByteBuffer.wrap(TestModels.images(2)), 2, STAYS);
        batcher.start();
        batcher.close();
        assertThat(before).isCompleted();
        assertThat(batcher.submit(ByteBuffer.wrap(TestModels.images(2)), 2, STAYS))
                .failsWithin(Duration.ZERO)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void aModelThatFailsFailsItsRequestsOnly() throws Exception {
        PublishedModel closed = PublishedModel.load(TestModels.pixels(folder).resolve("7/model.onnx"), 1);
        closed.close();
        try (Batcher failing = new Batcher(closed, new SimpleMeterRegistry())) {
            failing.start();
            for (int i = 0; i < 2; i++) {
                CompletableFuture<Map<String, float[]>> answer =
                        failing.submit(ByteBuffer.wrap(TestModels.images(2)), 2, STAYS);
                assertThatThrownBy(answer::join).hasRootCauseInstanceOf(IllegalStateException.class);
            }
        }
    }

    /** With the thread gone, the second request would wait for ever. */
    @Test
    void memoryThatRunsOutFailsItsRequestsOnly() {
        AtomicInteger runs = new AtomicInteger();
        Batcher.Inference first = (images, count) -> {
            if (runs.getAndIncrement() == 0) {
                throw new OutOfMemoryError("of this test");
            }
            return model.run(images, count);
        };
        try (Batcher failing = new Batcher(model, first, new SimpleMeterRegistry())) {
            failing.start();
            assertThat(failing.submit(ByteBuffer.wrap(TestModels.images(2)), 2, STAYS))
                    .failsWithin(PATIENCE)
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(OutOfMemoryError.class);
            assertThat(failing.submit(ByteBuffer.wrap(TestModels.images(2)), 2, STAYS))
                    .succeedsWithin(PATIENCE);
        }
    }

    private float[] alone(int count) {
        byte[] images = TestModels.images(count);
        ByteBuffer buffer = ByteBuffer.allocateDirect(images.length).put(images).flip();
        return model.run(buffer, count).get("probabilities");
    }
}
