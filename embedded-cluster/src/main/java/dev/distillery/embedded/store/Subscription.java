package dev.distillery.embedded.store;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A queue of the changes that one watcher asked for, in order and without gaps until it is closed. */
public final class Subscription implements AutoCloseable {
    private final BlockingQueue<ChangeEvent> queue = new LinkedBlockingQueue<>();
    private final Predicate<ObjectKey> wanted;
    private final Consumer<Subscription> onClose;

    Subscription(Predicate<ObjectKey> wanted, List<ChangeEvent> backlog, Consumer<Subscription> onClose) {
        this.wanted = wanted;
        this.onClose = onClose;
        backlog.forEach(this::offer);
    }

    void offer(ChangeEvent event) {
        if (wanted.test(event.key())) {
            queue.add(event);
        }
    }

    /** Waits at most {@code timeout} for the next change. */
    public Optional<ChangeEvent> next(Duration timeout) throws InterruptedException {
        return Optional.ofNullable(queue.poll(timeout.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Whether the next change is already there. */
    public boolean hasNext() {
        return !queue.isEmpty();
    }

    @Override
    public void close() {
        onClose.accept(this);
    }
}
