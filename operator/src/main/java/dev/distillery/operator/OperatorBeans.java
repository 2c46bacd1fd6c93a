package dev.distillery.operator;

import dev.distillery.operator.event.RecipeEvents;
import dev.distillery.operator.leader.Leadership;
import dev.distillery.operator.leader.Replica;
import dev.distillery.operator.metrics.ApiCalls;
import dev.distillery.operator.metrics.PodMetrics;
import dev.distillery.operator.metrics.ReconcileWatch;
import dev.distillery.operator.serving.ServingCluster;
import dev.distillery.operator.stage.BackOff;
import dev.distillery.operator.stage.StageCluster;
import dev.distillery.operator.stage.StageJob;
import dev.distillery.operator.stage.StagePod;
import dev.distillery.operator.stage.TrainerImages;
import dev.distillery.operator.status.StatusProjector;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.javaoperatorsdk.operator.api.monitoring.AggregatedMetrics;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.monitoring.micrometer.MicrometerMetricsV2;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.Unremovable;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.time.Clock;
import java.util.List;
import org.jboss.logging.Logger;

/** Makes the operator's parts; none of them knows the container. */
@Singleton
class OperatorBeans {
    private static final Logger LOG = Logger.getLogger(OperatorBeans.class);
    private static final int LEASE_LOST = 1;

    /** The SDK makes these with the first failure, which a rate over what was not there before does not see. */
    private static final List<String> FROM_THE_START =
            List.of(MicrometerMetricsV2.RECONCILIATIONS_FAILED, MicrometerMetricsV2.RECONCILIATIONS_RETRIES_NUMBER);

    @Produces
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    /** Quarkus' client, and its calls are counted. */
    @Produces
    @Singleton
    KubernetesClient client(Config config, KubernetesSerialization serialization, MeterRegistry meters) {
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withKubernetesSerialization(serialization)
                .withHttpClientBuilderConsumer(
                        builder -> builder.addOrReplaceInterceptor("api-calls", new ApiCalls(meters)))
                .build();
    }

    @Produces
    @Singleton
    Leadership leadership(OperatorConfig config) {
        var pod = config.pod();
        return config.leaderElection().enabled()
                ? Leadership.candidate(
                        new Replica(pod.name(), pod.ip(), config.progress().port()), OperatorBeans::halt)
                : Leadership.alone();
    }

    /**
     * Another leads: nothing more is reconciled here. The SDK's own way out is none: System.exit in the elector's thread
     * waits for a shutdown that waits for the elector (5.3).
     */
    private static void halt() {
        LOG.warn("the lease is lost: this replica ends at once");
        Runtime.getRuntime().halt(LEASE_LOST);
    }

    /** Before the SDK gives the lease back. */
    void stop(@Observes @Priority(Interceptor.Priority.LIBRARY_BEFORE) ShutdownEvent stopping, Leadership leadership) {
        leadership.resign();
    }

    /** @return null for no election: the SDK asks the container for the bean and takes that for an answer */
    @Produces
    @Unremovable
    @Dependent
    LeaderElectionConfiguration election(OperatorConfig config, Leadership leadership) {
        var election = config.leaderElection();
        return election.enabled()
                ? LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(election.lease())
                        .withLeaseNamespace(config.pod().namespace())
                        .withIdentity(leadership.identity())
                        .withLeaseDuration(election.leaseDuration())
                        .withRenewDeadline(election.renewDeadline())
                        .withRetryPeriod(election.retryPeriod())
                        .withLeaderCallbacks(leadership.callbacks())
                        .build()
                : null;
    }

    /** Not for the SDK by itself: it takes one bean of type Metrics. */
    @Produces
    @Typed(ReconcileWatch.class)
    @Singleton
    ReconcileWatch reconcileWatch(Clock clock) {
        return new ReconcileWatch(clock);
    }

    /** The SDK asks the container for it. */
    @Produces
    @Unremovable
    @Singleton
    Metrics metrics(MeterRegistry meters, ReconcileWatch watch) {
        for (String counter : FROM_THE_START) {
            meters.counter(counter, "controller.name", TrainingRecipeReconciler.NAME);
        }
        return new AggregatedMetrics(
                List.of(MicrometerMetricsV2.newBuilder(meters).build(), watch));
    }

    @Produces
    @Singleton
    PodMetrics podMetrics(MeterRegistry meters, Leadership leadership, Clock clock) {
        return new PodMetrics(meters, leadership, clock);
    }

    @Produces
    @Singleton
    TrainerImages trainerImages(OperatorConfig config) {
        OperatorConfig.Trainer trainer = config.trainer();
        return new TrainerImages(trainer.image(), trainer.gpuImage().orElse(trainer.image()));
    }

    @Produces
    @Singleton
    StageCluster cluster(KubernetesClient client, ProgressEndpoint endpoint, TrainerImages images) {
        return new StageCluster(client, new StageJob(new StagePod(images, endpoint::access)));
    }

    @Produces
    @Singleton
    BackOff backOff(OperatorConfig config) {
        return new BackOff(config.retry().delay(), config.retry().maxDelay());
    }

    @Produces
    @Singleton
    ServingCluster serving(KubernetesClient client) {
        return new ServingCluster(client);
    }

    @Produces
    @Singleton
    StatusProjector projector(Clock clock) {
        return new StatusProjector(clock);
    }

    @Produces
    @Singleton
    RecipeEvents events(KubernetesClient client, Clock clock) {
        return new RecipeEvents(client, clock);
    }
}
