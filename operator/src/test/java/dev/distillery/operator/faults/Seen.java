package dev.distillery.operator.faults;

import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.util.function.Consumer;

/** What is there, and what is gone. */
record Seen<T>(Consumer<T> there, Consumer<T> gone) implements ResourceEventHandler<T> {
    static <T> Seen<T> of(Consumer<T> there, Consumer<T> gone) {
        return new Seen<>(there, gone);
    }

    @Override
    public void onAdd(T resource) {
        there.accept(resource);
    }

    @Override
    public void onUpdate(T before, T resource) {
        there.accept(resource);
    }

    @Override
    public void onDelete(T resource, boolean finalStateUnknown) {
        gone.accept(resource);
    }
}
