package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/** Kubernetes' own, without selectors of fields and of namespaces. */
public record Affinity(NodeAffinity nodeAffinity, PodAffinity podAffinity, PodAffinity podAntiAffinity) {

    public record NodeAffinity(
            @JsonPropertyDescription("Where a pod must run.")
                    NodeSelector requiredDuringSchedulingIgnoredDuringExecution,
            @Size(max = 16) @JsonPropertyDescription("Where it should.")
                    List<PreferredNodes> preferredDuringSchedulingIgnoredDuringExecution) {}

    public record NodeSelector(
            @Required @Size(min = 1, max = 16) @JsonPropertyDescription("A node meets one of them or more.")
                    List<NodeTerm> nodeSelectorTerms) {}

    public record NodeTerm(
            @Required @Size(min = 1, max = 16) @JsonPropertyDescription("A node meets all of them.")
                    List<NodeRequirement> matchExpressions) {}

    public record PreferredNodes(@Required @Min(1) @Max(100) int weight, @Required NodeTerm preference) {}

    @ValidationRule(
            value = "self.operator in ['In', 'NotIn'] ? has(self.values) && size(self.values) > 0"
                    + " : self.operator in ['Exists', 'DoesNotExist'] ? !has(self.values) || size(self.values) == 0"
                    + " : has(self.values) && size(self.values) == 1 && self.values[0].matches('^-?[0-9]{1,18}$')",
            message =
                    "expected values for In and NotIn, none for Exists and DoesNotExist, one whole number for Gt and Lt")
    public record NodeRequirement(
            @Required @Pattern(KubernetesNames.KEY) @Size(max = KubernetesNames.MAX_NAME) String key,
            @Required NodeOperator operator,
            @Size(max = 32)
                    List<@Pattern(KubernetesNames.LABEL_VALUE) @Size(max = KubernetesNames.MAX_LABEL) String> values) {}

    public enum NodeOperator {
        In,
        NotIn,
        Exists,
        DoesNotExist,
        Gt,
        Lt
    }

    public record PodAffinity(
            @Size(max = 8) @JsonPropertyDescription("Terms that a node must meet, all of them.")
                    List<PodTerm> requiredDuringSchedulingIgnoredDuringExecution,
            @Size(max = 8) @JsonPropertyDescription("Terms that it should.")
                    List<PreferredPods> preferredDuringSchedulingIgnoredDuringExecution) {}

    public record PodTerm(
            @JsonPropertyDescription("The pods that are meant. Absent: none.") LabelSelector labelSelector,
            @Required
                    @Pattern(KubernetesNames.KEY)
                    @Size(max = KubernetesNames.MAX_NAME)
                    @JsonPropertyDescription("The node label whose value says what \"the same place\" is.")
                    String topologyKey,
            @Size(max = 16) @JsonPropertyDescription("Where those pods are. Absent: the recipe's namespace.")
                    List<@Pattern(KubernetesNames.DNS_LABEL) @Size(max = KubernetesNames.MAX_LABEL) String>
                            namespaces) {}

    public record PreferredPods(@Required @Min(1) @Max(100) int weight, @Required PodTerm podAffinityTerm) {}
}
