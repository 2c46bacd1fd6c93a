package dev.distillery.operator;

import dev.distillery.operator.metrics.PodMetrics;
import dev.distillery.recipe.TrainingRecipe;
import io.fabric8.kubernetes.api.model.Pod;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;

/** Trainer pods; the metrics see each change, also of a pod that is gone before its recipe is looked at. */
final class WatchedPods extends InformerEventSource<Pod, TrainingRecipe> {
    private final PodMetrics metrics;

    WatchedPods(
            InformerEventSourceConfiguration<Pod> configuration,
            EventSourceContext<TrainingRecipe> context,
            PodMetrics metrics) {
        super(configuration, context);
        this.metrics = metrics;
    }

    @Override
    public void onAdd(Pod pod) {
        metrics.observed(pod);
        super.onAdd(pod);
    }

    @Override
    public void onUpdate(Pod before, Pod pod) {
        metrics.observed(pod);
        super.onUpdate(before, pod);
    }

    @Override
    public synchronized void onDelete(Pod pod, boolean finalStateUnknown) {
        metrics.observed(pod);
        metrics.deleted(pod);
        super.onDelete(pod, finalStateUnknown);
    }
}
