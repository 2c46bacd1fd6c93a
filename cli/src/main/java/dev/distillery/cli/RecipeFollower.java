package dev.distillery.cli;

import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.report.ExitCode;
import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/** Watches one recipe until it is done, its operator ends, or someone deletes it. */
final class RecipeFollower implements ResourceEventHandler<TrainingRecipe>, AutoCloseable {
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final SharedIndexInformer<TrainingRecipe> informer;

    private sealed interface Event {}

    private record Seen(TrainingRecipeStatus status) implements Event {}

    private record Deleted() implements Event {}

    private record OperatorEnded() implements Event {}

    RecipeFollower(KubernetesClient client, String namespace, String name) {
        informer = client.resources(TrainingRecipe.class)
                .inNamespace(namespace)
                .withName(name)
                .inform(this);
    }

    /**
     * @param operator becomes done when the operator's process ends
     * @param view shown every status
     * @return the last status, or null if the operator ended first
     * @throws Failure if the recipe was deleted
     */
    TrainingRecipeStatus untilDone(CompletableFuture<?> operator, ProgressView view) throws InterruptedException {
        CompletableFuture<Void> end = operator.thenRun(() -> events.add(new OperatorEnded()));
        try {
            while (true) {
                Event event = events.take();
                if (event instanceof Seen seen) {
                    view.show(seen.status());
                    if (RunOutcome.isFinal(seen.status())) {
                        return seen.status();
                    }
                } else if (event instanceof Deleted) {
                    throw new Failure(ExitCode.INTERNAL_ERROR, "the recipe was deleted while it ran");
                } else {
                    return null;
                }
            }
        } finally {
            end.cancel(false);
        }
    }

    @Override
    public void onAdd(TrainingRecipe recipe) {
        if (recipe.getStatus() != null) {
            events.add(new Seen(recipe.getStatus()));
        }
    }

    @Override
    public void onUpdate(TrainingRecipe before, TrainingRecipe recipe) {
        onAdd(recipe);
    }

    @Override
    public void onDelete(TrainingRecipe recipe, boolean finalStateUnknown) {
        events.add(new Deleted());
    }

    @Override
    public void close() {
        informer.stop();
    }
}
