package dev.distillery.operator;

import dev.distillery.operator.cache.Unsettled;
import dev.distillery.operator.event.RecipeEvents;
import dev.distillery.operator.progress.ProgressEventSource;
import dev.distillery.operator.stage.TrainerImages;
import dev.distillery.operator.status.Observation;
import dev.distillery.operator.status.ServingCondition;
import dev.distillery.operator.status.StatusProjector;
import dev.distillery.recipe.RecipeResolver;
import dev.distillery.recipe.ResolvedRecipe;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.schema.Violation;
import dev.distillery.status.TrainingRecipeStatus;
import dev.distillery.validation.RecipeValidator;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Validate, run the stages, project the status. No finalizer: all that a recipe makes is owned by it. What fails is tried
 * again as application.properties says.
 */
@ControllerConfiguration(
        name = TrainingRecipeReconciler.NAME,
        informer = @Informer(informerListLimit = TrainingRecipeReconciler.LIST_PAGE, onAddFilter = Unsettled.class))
public class TrainingRecipeReconciler implements Reconciler<TrainingRecipe> {
    static final String NAME = "trainingrecipe";

    /** Recipes a page of the first list: read at once, those of a large cluster do not fit into memory beside the cache. */
    static final long LIST_PAGE = 500;

    private static final Duration AT_ONCE = Duration.ofMillis(1);
    /** By then the watch has brought what is there now. */
    private static final Duration AFTER_CONFLICT = Duration.ofSeconds(1);

    private final StageSources sources;
    private final StageFlow flow;
    private final ServingFlow serving;
    private final StatusProjector projector;
    private final RecipeEvents events;
    private final ProgressEventSource progress;
    private final Clock clock;
    private final TrainerImages trainers;

    TrainingRecipeReconciler(
            StageSources sources,
            StageFlow flow,
            ServingFlow serving,
            StatusProjector projector,
            RecipeEvents events,
            ProgressEventSource progress,
            Clock clock,
            TrainerImages trainers) {
        this.sources = sources;
        this.flow = flow;
        this.serving = serving;
        this.projector = projector;
        this.events = events;
        this.progress = progress;
        this.clock = clock;
        this.trainers = trainers;
    }

    @Override
    public List<EventSource<?, TrainingRecipe>> prepareEventSources(EventSourceContext<TrainingRecipe> context) {
        List<EventSource<?, TrainingRecipe>> all = new ArrayList<>(sources.create(context));
        all.add(progress);
        return all;
    }

    @Override
    public UpdateControl<TrainingRecipe> reconcile(TrainingRecipe recipe, Context<TrainingRecipe> context) {
        try {
            return look(recipe, context);
        } finally {
            progress.looked(ResourceID.fromResource(recipe));
        }
    }

    private UpdateControl<TrainingRecipe> look(TrainingRecipe recipe, Context<TrainingRecipe> context) {
        List<Violation> violations = RecipeValidator.validate(recipe.getSpec());
        if (flow.finished(recipe)) {
            TrainingRecipeStatus again = projector.seenAgain(recipe);
            return retain(
                    recipe,
                    violations.isEmpty()
                            ? served(recipe, again, context)
                            : write(recipe, ServingCondition.rejected(violations, again, recipe, clock), context));
        }
        Observation observation;
        if (violations.isEmpty()) {
            ResolvedRecipe resolved = RecipeResolver.resolve(
                    recipe.getMetadata().getNamespace(),
                    recipe.getMetadata().getName(),
                    recipe.getSpec(),
                    trainers.of(recipe.getSpec()));
            observation = flow.advance(recipe, resolved);
        } else {
            observation = flow.stop(recipe, violations);
        }
        TrainingRecipeStatus status = projector.project(observation);
        UpdateControl<TrainingRecipe> control = violations.isEmpty()
                ? served(recipe, status, context)
                : write(recipe, ServingCondition.kept(status, recipe.getStatus()), context);
        return observation.nextLook() == null ? control : soonest(control, until(observation.nextLook()));
    }

    private static UpdateControl<TrainingRecipe> soonest(UpdateControl<TrainingRecipe> control, Duration delay) {
        boolean sooner = control.getScheduleDelay()
                .filter(millis -> millis < delay.toMillis())
                .isPresent();
        return sooner ? control : control.rescheduleAfter(delay);
    }

    private Duration until(Instant time) {
        Duration left = Duration.between(clock.instant(), time);
        return left.compareTo(AT_ONCE) < 0 ? AT_ONCE : left;
    }

    /** The Jobs of a run that has ended stay for a while; the recipe, which is its record, for ever. */
    private UpdateControl<TrainingRecipe> retain(TrainingRecipe recipe, UpdateControl<TrainingRecipe> control) {
        Duration left = Duration.between(clock.instant(), StageRetention.end(recipe));
        if (left.isNegative() || left.isZero()) {
            flow.retire(recipe);
            return control;
        }
        return soonest(control, left);
    }

    /** Looks again where nothing will tell that it should. */
    private UpdateControl<TrainingRecipe> served(
            TrainingRecipe recipe, TrainingRecipeStatus projected, Context<TrainingRecipe> context) {
        TrainingRecipeStatus status = serving.serve(recipe, projected, context);
        UpdateControl<TrainingRecipe> control = write(recipe, status, context);
        return ServingFlow.waits(status) && control.getScheduleDelay().isEmpty()
                ? control.rescheduleAfter(ServingFlow.NEXT_LOOK)
                : control;
    }

    /**
     * Writes a status that changed, unless the recipe is not the one that was looked at any more: somebody edited it, or it
     * was deleted and another made under its name. A run that has just ended is looked at next for what it leaves behind.
     */
    private UpdateControl<TrainingRecipe> write(
            TrainingRecipe recipe, TrainingRecipeStatus status, Context<TrainingRecipe> context) {
        TrainingRecipeStatus before = recipe.getStatus();
        UpdateControl<TrainingRecipe> control = UpdateControl.noUpdate();
        if (status.equals(before)) {
            return control;
        }
        TrainingRecipe fresh = new TrainingRecipe();
        fresh.setMetadata(new ObjectMetaBuilder()
                .withName(recipe.getMetadata().getName())
                .withNamespace(recipe.getMetadata().getNamespace())
                .withResourceVersion(recipe.getMetadata().getResourceVersion())
                .build());
        fresh.setStatus(status);
        try {
            context.resourceOperations().serverSideApplyPrimaryStatus(fresh);
        } catch (KubernetesClientException e) {
            switch (e.getCode()) {
                case HttpURLConnection.HTTP_NOT_FOUND -> {
                    return control;
                }
                case HttpURLConnection.HTTP_CONFLICT -> {
                    return control.rescheduleAfter(AFTER_CONFLICT);
                }
                default -> throw e;
            }
        }
        events.emit(recipe, before, status);
        return ends(before, status) ? control.rescheduleAfter(AT_ONCE) : control;
    }

    private static boolean ends(TrainingRecipeStatus before, TrainingRecipeStatus now) {
        boolean ended = before != null
                && before.phase() != null
                && before.phase().terminal()
                && Objects.equals(before.runId(), now.runId());
        return now.phase().terminal() && !ended;
    }
}
