package dev.distillery.operator;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** The operator's settings; environment variables in upper case with underscores, e.g. {@code DISTILLERY_PROGRESS_URL}. */
@ConfigMapping(prefix = "distillery")
public interface OperatorConfig {
    Trainer trainer();

    Progress progress();

    Pod pod();

    LeaderElection leaderElection();

    Retry retry();

    /** Trainer pods. */
    interface Trainer {
        @WithDefault("localhost/distillery/trainer:0.1.0")
        String image();

        /** For recipes with a GPU; absent: the same. */
        Optional<String> gpuImage();
    }

    /** The pause between two attempts at a stage. The defaults are those of Kubernetes' own Job controller. */
    interface Retry {
        /** After the first failure; doubled by each further one. */
        @WithDefault("10s")
        Duration delay();

        @WithDefault("10m")
        Duration maxDelay();
    }

    /** Progress that trainers push. */
    interface Progress {
        /** Where trainer pods reach this operator, without a path; the certificate is for its host. */
        URI url();

        /** Address to listen at. */
        @WithDefault("0.0.0.0")
        String host();

        @WithDefault("8443")
        int port();

        /** How often a trainer reports; also the least time between two status writes that only move progress. */
        @WithDefault("PT5S")
        Duration interval();

        /** The most status writes a second that only move progress, of all recipes together. */
        @WithDefault("40")
        int writesPerSecond();

        /** Secret in the operator's namespace with the certificate; made by the operator if absent. */
        @WithDefault("distillery-progress-tls")
        String tlsSecret();
    }

    /** This replica; from the downward API. */
    interface Pod {
        @WithDefault("default")
        String namespace();

        @WithDefault("operator")
        String name();

        @WithDefault("127.0.0.1")
        String ip();
    }

    /** One replica leads. With Kubernetes' times: a dead leader is replaced within 17 s. */
    interface LeaderElection {
        @WithDefault("true")
        boolean enabled();

        /** Lease in the operator's namespace. */
        @WithDefault("distillery-operator")
        String lease();

        /** How long the lease of a leader that went silent lasts. */
        @WithDefault("PT15S")
        Duration leaseDuration();

        /** How long a leader tries to renew before it gives up and ends; less than the lease lasts. */
        @WithDefault("PT10S")
        Duration renewDeadline();

        /** How often it is renewed, and how often others look. */
        @WithDefault("PT2S")
        Duration retryPeriod();
    }
}
