package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** Kubernetes' topology spread constraint. */
public record TopologySpread(
        @Required @Min(1) @Max(1000) @JsonPropertyDescription("Greatest difference in pods between two domains.")
                int maxSkew,
        @Required
                @Pattern(KubernetesNames.KEY)
                @Size(max = KubernetesNames.MAX_NAME)
                @JsonPropertyDescription(
                        "The node label whose values are the domains, e.g. topology.kubernetes.io/zone.")
                String topologyKey,
        @Required WhenUnsatisfiable whenUnsatisfiable,
        @JsonPropertyDescription("The pods that are counted. Absent: none.") LabelSelector labelSelector) {

    public enum WhenUnsatisfiable {
        DoNotSchedule,
        ScheduleAnyway
    }
}
