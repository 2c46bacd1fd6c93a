package dev.distillery.operator;

import dev.distillery.operator.cache.Unsettled;
import dev.distillery.operator.progress.ProgressBoard;
import dev.distillery.recipe.TrainingRecipe;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.ResourceAction;
import io.javaoperatorsdk.operator.processing.event.source.controller.ResourceEvent;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;

/**
 * The Jobs of stages. One that a finished run left brings up its recipe, which the operator's start passed over: of a recipe
 * that it never saw, the SDK drops any event but the recipe's own.
 */
final class WatchedJobs extends InformerEventSource<Job, TrainingRecipe> {
    private final EventSourceContext<TrainingRecipe> context;
    private final ProgressBoard board;

    WatchedJobs(
            InformerEventSourceConfiguration<Job> configuration,
            EventSourceContext<TrainingRecipe> context,
            ProgressBoard board) {
        super(configuration, context);
        this.context = context;
        this.board = board;
    }

    @Override
    public void onAdd(Job job) {
        for (ResourceID owner : StageSources.owners(job)) {
            context.getPrimaryCache()
                    .get(owner)
                    .filter(Unsettled::passesOver)
                    .map(recipe -> new ResourceEvent(ResourceAction.ADDED, owner, recipe))
                    .ifPresent(getEventHandler()::handleEvent);
        }
        super.onAdd(job);
    }

    @Override
    public synchronized void onDelete(Job job, boolean finalStateUnknown) {
        board.remove(StageSources.key(job, job.getMetadata().getName()));
        super.onDelete(job, finalStateUnknown);
    }
}
