package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/** A pod that fails by no fault of the recipe is started again; a user's error, a failed gate or diverged training is not. */
public record Retry(
        @Default("3") @Min(0) @Max(100) @JsonPropertyDescription("New pods per stage after the first.") int limit,
        @Min(1) @Max(31536000) @JsonPropertyDescription("A stage that runs longer is stopped. Absent: no limit.")
                Long timeoutSeconds) {}
