package dev.distillery.operator;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;

/** The operator's settings; environment variables in upper case with underscores, e.g. {@code DISTILLERY_PROGRESS_URL}. */
@ConfigMapping(prefix = "distillery")
public interface OperatorConfig {
    Trainer trainer();

    Progress progress();

    Retry retry();

    /** Trainer pods. */
    interface Trainer {
        @WithDefault("distillery/trainer:0.1.0")
        String image();
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
        /** Where trainer pods reach this operator, without a path. */
        URI url();

        /** Secret from which the trainers' tokens are derived; the same for all replicas. */
        String key();

        /** The least time between two status writes that only move progress. */
        @WithDefault("2s")
        Duration interval();
    }
}
