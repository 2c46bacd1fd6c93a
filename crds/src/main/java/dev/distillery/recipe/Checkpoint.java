package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/** A stage that is stopped or lost goes on where it was last saved, to the same result. Never changes what is trained. */
public record Checkpoint(
        @Default("10")
                @Min(1)
                @Max(1440)
                @JsonPropertyDescription(
                        "Greatest time between two checkpoints; there is one at the end of each epoch besides.")
                int everyMinutes,
        @Default("2")
                @Min(1)
                @Max(100)
                @JsonPropertyDescription("How many of the newest stay until the stage is done; the best stays too.")
                int keep,
        @Default("30")
                @Min(10)
                @Max(3600)
                @JsonPropertyDescription(
                        "How long a pod that is stopped may take to save itself; Kubernetes' own default. Less than 30"
                                + " where nodes go faster; more where a step or a checkpoint takes long.")
                int gracePeriodSeconds) {}
