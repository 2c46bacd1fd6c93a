package dev.distillery.serving.batch;

import dev.distillery.inference.PublishedModel;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;

/**
 * One thread runs the model. While it runs, requests queue; all that have come by its end, up to {@link #MAX_IMAGES}, run
 * together next. Nobody ever waits for a batch to fill: alone, a request runs at once, and the busier the server the larger
 * the batches.
 */
public final class Batcher implements AutoCloseable {
    /** Images of one inference, and the most that a request may bring; the {@code max_batch_size} of published models. */
    public static final int MAX_IMAGES = 64;

    private static final Request STOP = new Request(ByteBuffer.allocate(0), 0, () -> false, new CompletableFuture<>());

    private final PublishedModel model;
    private final Inference runs;
    private final ByteBuffer batch;
    private final BlockingQueue<Request> queue = new LinkedBlockingQueue<>();
    private final Thread thread = new Thread(this::work, "inference");
    private final DistributionSummary batchImages;
    private final Timer inference;
    /** Guarded by this. */
    private boolean closed;

    /** @param images in the form of the model's input, from its position to its limit */
    private record Request(
            ByteBuffer images, int count, BooleanSupplier gone, CompletableFuture<Map<String, float[]>> answer) {
        boolean stop() {
            return count == 0;
        }

        /** @return whether nobody waits for it, so that it must not run */
        boolean dropped() {
            return gone.getAsBoolean()
                    && answer.completeExceptionally(new CancellationException("the caller has gone"));
        }
    }

    /** What runs a batch. */
    interface Inference {
        Map<String, float[]> run(ByteBuffer images, int count);
    }

    public Batcher(PublishedModel model, MeterRegistry metrics) {
        this(model, model::run, metrics);
    }

    Batcher(PublishedModel model, Inference runs, MeterRegistry metrics) {
        this.model = model;
        this.runs = runs;
        this.batch = ByteBuffer.allocateDirect(MAX_IMAGES * model.input().imageBytes());
        this.batchImages = DistributionSummary.builder("distillery.batch.images")
                .description("Images that ran together")
                .register(metrics);
        this.inference = Timer.builder("distillery.inference")
                .description("Time of one batch in ONNX Runtime")
                .publishPercentiles(0.5, 0.99)
                .register(metrics);
        Gauge.builder("distillery.queue.requests", queue, BlockingQueue::size)
                .description("Requests that wait for the model")
                .register(metrics);
    }

    public void start() {
        thread.start();
    }

    /**
     * @param images {@code count} images as the model takes them, in little-endian order where they are float32; read until
     *     the answer is there
     * @param count 1 to {@link #MAX_IMAGES}
     * @param gone whether nobody waits for the answer any longer; asked before it runs, from another thread
     * @return by output, float32 (count, classes) row-major; fails if the model does, with {@link CancellationException} for
     *     whoever is gone, and with {@link RejectedExecutionException} after {@link #close}
     */
    public synchronized CompletableFuture<Map<String, float[]>> submit(
            ByteBuffer images, int count, BooleanSupplier gone) {
        if (count < 1
                || count > MAX_IMAGES
                || images.remaining() != count * model.input().imageBytes()) {
            throw new IllegalArgumentException(images.remaining() + " bytes for " + count + " images");
        }
        if (closed) {
            return CompletableFuture.failedFuture(new RejectedExecutionException("the server is stopping"));
        }
        Request request = new Request(images.duplicate(), count, gone, new CompletableFuture<>());
        queue.add(request);
        return request.answer();
    }

    private void work() {
        try {
            for (Request first = queue.take(); !first.stop(); first = queue.take()) {
                answer(together(first));
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
    }

    private List<Request> together(Request first) {
        List<Request> requests = new ArrayList<>(List.of(first));
        int count = first.count();
        // Nobody else takes from the queue, so what is seen is what is taken.
        for (Request next = queue.peek(); next != null && !next.stop(); next = queue.peek()) {
            if (count + next.count() > MAX_IMAGES) {
                break;
            }
            count += next.count();
            requests.add(queue.remove());
        }
        return requests;
    }

    /** Whatever happens to one batch, memory that runs out too, the next one finds this thread. */
    private void answer(List<Request> requests) {
        try {
            requests.removeIf(Request::dropped);
            if (!requests.isEmpty()) {
                run(requests);
            }
        } catch (RuntimeException | Error e) {
            requests.forEach(request -> request.answer().completeExceptionally(e));
        }
    }

    private void run(List<Request> requests) {
        batch.clear();
        int count = 0;
        for (Request request : requests) {
            batch.put(request.images());
            count += request.count();
        }
        batchImages.record(count);
        ByteBuffer images = batch.flip();
        int total = count;
        Map<String, float[]> outputs = inference.record(() -> runs.run(images, total));
        int first = 0;
        for (Request request : requests) {
            request.answer().complete(part(outputs, first, request.count()));
            first += request.count();
        }
    }

    private Map<String, float[]> part(Map<String, float[]> outputs, int first, int count) {
        int classes = model.classes();
        Map<String, float[]> part = new LinkedHashMap<>();
        outputs.forEach((name, values) ->
                part.put(name, Arrays.copyOfRange(values, first * classes, (first + count) * classes)));
        return part;
    }

    /** Answers what was submitted, and takes nothing more. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            queue.add(STOP);
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
