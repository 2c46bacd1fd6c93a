package dev.distillery.operator;

import dev.distillery.operator.event.RecipeEvents;
import dev.distillery.operator.progress.ProgressBoard;
import dev.distillery.operator.progress.ProgressEventSource;
import dev.distillery.operator.progress.ProgressTokens;
import dev.distillery.operator.serving.ServingCluster;
import dev.distillery.operator.stage.StageCluster;
import dev.distillery.operator.stage.StageJob;
import dev.distillery.operator.stage.StagePod;
import dev.distillery.operator.status.StatusProjector;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Makes the operator's parts; none of them knows the container. */
@Singleton
class OperatorBeans {
    @Produces
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    ProgressTokens tokens(OperatorConfig config) {
        return new ProgressTokens(config.progress().key());
    }

    @Produces
    @Singleton
    ProgressBoard board() {
        return new ProgressBoard();
    }

    @Produces
    @Singleton
    ProgressEventSource progressEvents(OperatorConfig config) {
        return new ProgressEventSource(config.progress().interval());
    }

    @Produces
    @Singleton
    StageCluster cluster(KubernetesClient client, OperatorConfig config) {
        return new StageCluster(
                client,
                new StageJob(
                        new StagePod(config.trainer().image(), config.progress().url())));
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
