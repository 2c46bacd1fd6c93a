package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/**
 * An attempt that fails by no fault of the recipe is followed by another; a user's error, a failed gate or diverged
 * training is not.
 */
public record Retry(
        @Default("3")
                @Min(0)
                @Max(100)
                @JsonPropertyDescription(
                        "New attempts per stage after the first. Interruptions from outside do not count.")
                int limit,
        @Min(1)
                @Max(31536000)
                @JsonPropertyDescription(
                        "An attempt that runs longer is stopped, and not tried again. Absent: no limit.")
                Long timeoutSeconds) {}
