package dev.distillery.operator;

import dev.distillery.operator.leader.Leadership;
import dev.distillery.operator.metrics.PodMetrics;
import dev.distillery.operator.progress.ProgressBoard;
import dev.distillery.operator.progress.ProgressEventSource;
import dev.distillery.operator.progress.ProgressReports;
import dev.distillery.operator.progress.ProgressServer;
import dev.distillery.operator.progress.ReportForwarder;
import dev.distillery.operator.progress.TokenReviews;
import dev.distillery.operator.stage.ProgressAccess;
import dev.distillery.operator.tls.CertificateSecret;
import dev.distillery.operator.tls.CurrentCertificate;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** The progress endpoint put together: certificate, server, and what it needs to judge a report. */
@Singleton
class ProgressEndpoint {
    private final OperatorConfig.Progress config;
    private final CurrentCertificate certificate;
    private ProgressServer server;

    ProgressEndpoint(OperatorConfig config, KubernetesClient client, Clock clock) {
        this.config = config.progress();
        this.certificate = new CurrentCertificate(new CertificateSecret(
                client,
                config.pod().namespace(),
                this.config.tlsSecret(),
                this.config.url().getHost(),
                clock));
    }

    /** How trainers that start now reach it. */
    ProgressAccess access() {
        return new ProgressAccess(config.url(), config.interval(), certificate.authority());
    }

    @Produces
    @Singleton
    static ProgressBoard board() {
        return new ProgressBoard();
    }

    @Produces
    @Singleton
    static ProgressEventSource events(OperatorConfig config) {
        return new ProgressEventSource(
                config.progress().interval(), config.progress().writesPerSecond());
    }

    @Produces
    @Singleton
    static ProgressReports reports(
            KubernetesClient client,
            StageSources sources,
            ProgressBoard board,
            ProgressEventSource events,
            PodMetrics pods,
            OperatorConfig config,
            Clock clock) {
        TokenReviews tokens = new TokenReviews(review -> client.resource(review).create(), clock);
        return new ProgressReports(
                tokens,
                sources,
                board,
                events,
                pods::reported,
                config.progress().interval(),
                clock);
    }

    void start(
            @Observes StartupEvent started,
            Vertx vertx,
            ProgressReports reports,
            Leadership leadership,
            MeterRegistry meters) {
        ReportForwarder forwarder =
                new ReportForwarder(vertx, leadership, certificate, config.url().getHost());
        server = new ProgressServer(vertx, reports, forwarder, leadership, certificate, meters);
        server.listen(config.host(), config.port());
    }

    void stop(@Observes ShutdownEvent stopping) {
        if (server != null) {
            server.close();
        }
        certificate.close();
    }
}
