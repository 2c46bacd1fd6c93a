package dev.distillery.operator;

import dev.distillery.operator.serving.KServeService;
import dev.distillery.operator.serving.ManifestConfigMap;
import dev.distillery.operator.serving.ServedVersion;
import dev.distillery.operator.serving.ServiceObservation;
import dev.distillery.operator.serving.ServingCluster;
import dev.distillery.operator.status.ServingCondition;
import dev.distillery.recipe.InferenceService;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.OperatorException;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.GroupVersionKind;
import io.javaoperatorsdk.operator.processing.event.EventSourceRetriever;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Serves what a recipe has published. A new run changes nothing until it has published: the version before is served
 * meanwhile. KServe may be installed later than the operator; its services are watched from the first recipe on that asks
 * for one.
 */
@Singleton
class ServingFlow {
    /** KServe is looked for, a refused write tried, and pods that start looked at again after this time. */
    static final Duration NEXT_LOOK = Duration.ofSeconds(15);

    private static final String SOURCE = "inference-services";
    private static final String MISSING = "KServeMissing";
    private static final String REFUSED = "Refused";
    private static final Set<String> WAITING = Set.of(MISSING, REFUSED, ServiceObservation.STARTING);

    private final ServingCluster cluster;
    private final Clock clock;

    ServingFlow(ServingCluster cluster, Clock clock) {
        this.cluster = cluster;
        this.clock = clock;
    }

    /**
     * @param projected what the stages say
     * @return with what the inference service says, if the recipe asks for one
     */
    TrainingRecipeStatus serve(TrainingRecipe recipe, TrainingRecipeStatus projected, Context<TrainingRecipe> context) {
        if (recipe.getSpec().publish().inferenceService() == null) {
            if (ServingCondition.of(recipe.getStatus()).isEmpty()) {
                return projected;
            }
            try {
                cluster.deleteAllBut(null, recipe);
            } catch (KubernetesClientException e) {
                return refused(e).in(projected, recipe.getStatus(), clock);
            }
            return ServingCondition.without(projected);
        }
        return condition(recipe, projected, context).in(projected, recipe.getStatus(), clock);
    }

    /** @return whether to look again though no event comes: nothing tells when KServe is installed, a refusal mended or a pod gone */
    static boolean waits(TrainingRecipeStatus status) {
        return ServingCondition.of(status)
                .filter(condition -> WAITING.contains(condition.reason()))
                .isPresent();
    }

    private ServingCondition condition(
            TrainingRecipe recipe, TrainingRecipeStatus projected, Context<TrainingRecipe> context) {
        Optional<ServedVersion> version = ServedVersion.of(recipe, projected);
        try {
            boolean kserve = cluster.hasKServe();
            Optional<ServiceObservation> seen = kserve ? observe(recipe, context) : Optional.empty();
            if (version.isEmpty()) {
                return seen.map(service -> ServingCondition.serving(
                                service.ready(), service.reason(), "the version before: " + service.message()))
                        .orElse(ServingCondition.serving(false, "NotPublished", "nothing is published yet"));
            }
            boolean apply = recipe.getSpec().publish().inferenceService().mode() == InferenceService.Mode.APPLY;
            if (!apply) {
                ConfigMap manifest = ManifestConfigMap.desired(version.get());
                if (cluster.isAnothers(manifest, recipe)) {
                    return taken(manifest, "delete or rename it");
                }
                cluster.apply(manifest);
                cluster.deleteAllBut(manifest, recipe);
            } else if (kserve) {
                GenericKubernetesResource service = KServeService.desired(version.get());
                if (cluster.isAnothers(service, recipe)) {
                    return taken(service, "delete it, or set spec.publish.inferenceService.name to another");
                }
                cluster.apply(service);
                cluster.deleteAllBut(service, recipe);
            } else {
                return ServingCondition.serving(
                        false,
                        MISSING,
                        "this cluster does not serve " + KServeService.API_VERSION
                                + "; install KServe, or set spec.publish.inferenceService.mode: manifest");
            }
            return condition(version.get(), seen, apply);
        } catch (KubernetesClientException | OperatorException e) {
            return refused(e);
        }
    }

    private static ServingCondition refused(RuntimeException e) {
        return ServingCondition.serving(false, REFUSED, "the API server refused it: " + e.getMessage());
    }

    private static ServingCondition taken(HasMetadata there, String whatToDo) {
        return ServingCondition.serving(
                false,
                REFUSED,
                "the %s %s is there and not this recipe's; %s"
                        .formatted(there.getKind(), there.getMetadata().getName(), whatToDo));
    }

    private static ServingCondition condition(ServedVersion version, Optional<ServiceObservation> seen, boolean apply) {
        boolean ours = seen.isPresent()
                && version.artifact().sha256().equals(seen.get().modelSha256());
        if (ours) {
            ServiceObservation service = seen.get();
            return ServingCondition.serving(service.ready(), service.reason(), version + ": " + service.message());
        }
        return apply
                ? ServingCondition.serving(
                        false, ServiceObservation.STARTING, version + ": KServe has not taken it up yet")
                : ServingCondition.unknown(
                        "ManifestWritten",
                        version + ": its manifest is in the ConfigMap "
                                + ManifestConfigMap.name(
                                        version.recipe().getMetadata().getName())
                                + " and not applied yet");
    }

    private Optional<ServiceObservation> observe(TrainingRecipe recipe, Context<TrainingRecipe> context) {
        String name = ServedVersion.serviceName(recipe);
        String namespace = recipe.getMetadata().getNamespace();
        return services(context)
                .get(new ResourceID(name, namespace))
                .map(service -> ServiceObservation.of(service, cluster.pods(namespace, name)));
    }

    /** The same one again after the first call. */
    private static InformerEventSource<GenericKubernetesResource, TrainingRecipe> services(
            Context<TrainingRecipe> context) {
        EventSourceRetriever<TrainingRecipe> sources = context.eventSourceRetriever();
        EventSource<GenericKubernetesResource, TrainingRecipe> source =
                sources.dynamicallyRegisterEventSource(new InformerEventSource<>(
                        InformerEventSourceConfiguration.from(
                                        new GroupVersionKind(KServeService.API_VERSION, KServeService.KIND),
                                        TrainingRecipe.class)
                                .withName(SOURCE)
                                .withLabelSelector(KServeService.RECIPE)
                                .withSecondaryToPrimaryMapper(ServingFlow::recipe)
                                .build(),
                        sources.eventSourceContextForDynamicRegistration()));
        return (InformerEventSource<GenericKubernetesResource, TrainingRecipe>) source;
    }

    private static Set<ResourceID> recipe(GenericKubernetesResource service) {
        return Set.of(new ResourceID(
                service.getMetadata().getLabels().get(KServeService.RECIPE),
                service.getMetadata().getNamespace()));
    }
}
