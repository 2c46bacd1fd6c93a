package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;

/** KServe's InferenceService for the published version. Changing it starts no new run: it is not part of the training. */
public record InferenceService(
        @Default("apply")
                @JsonPropertyDescription(
                        "apply: the operator keeps the InferenceService. manifest: it only writes it into"
                                + " the ConfigMap named after the recipe, with -inference-service, for a pipeline to commit.")
                Mode mode,
        @Pattern("^[a-z]([-a-z0-9]*[a-z0-9])?$")
                @JsonPropertyDescription("Of the InferenceService, as KServe allows it. Absent: the recipe's name.")
                String name,
        @Min(0) @JsonPropertyDescription("0 lets it sleep, where KServe can. Absent: KServe's default.")
                Integer minReplicas,
        @Min(1) @JsonPropertyDescription("Absent: KServe's default.") Integer maxReplicas,
        @Min(0)
                @Max(100)
                @JsonPropertyDescription("Percent of the traffic for a new version; the rest stays with the one before."
                        + " With Knative only: without it KServe gives the new one all, as if this were absent.")
                Integer canaryTrafficPercent,
        @JsonPropertyDescription("Whose Secret lets KServe read the model, for s3. Absent: the namespace's default.")
                String serviceAccountName) {

    public enum Mode {
        @JsonProperty("apply")
        APPLY,
        @JsonProperty("manifest")
        MANIFEST
    }
}
