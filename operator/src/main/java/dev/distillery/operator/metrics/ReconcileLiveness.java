package dev.distillery.operator.metrics;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Fails the liveness probe when a reconciliation is stuck: the kubelet then starts the operator anew. */
@Liveness
@Singleton
public class ReconcileLiveness implements HealthCheck {
    private final ReconcileWatch watch;

    ReconcileLiveness(ReconcileWatch watch) {
        this.watch = watch;
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("reconciliations");
        return watch.stuck()
                .map(what -> response.down().withData("stuck", what))
                .orElseGet(response::up)
                .build();
    }
}
