package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;

/** Pods by their labels; those of trainer pods are {@code distillery.dev/recipe} and {@code distillery.dev/stage}. */
@ValidationRule(
        value = "!has(self.matchLabels) || self.matchLabels.all(key, key.matches('" + KubernetesNames.KEY + "'))",
        fieldPath = ".matchLabels",
        message = "expected keys of labels, e.g. distillery.dev/recipe")
public record LabelSelector(
        @Size(max = 16) @JsonPropertyDescription("Labels that a pod has, all of them.")
                Map<
                                @Size(max = KubernetesNames.MAX_NAME) String,
                                @Pattern(KubernetesNames.LABEL_VALUE) @Size(max = KubernetesNames.MAX_LABEL) String>
                        matchLabels,
        @Size(max = 16) @JsonPropertyDescription("Rules that a pod's labels meet, all of them.")
                List<Requirement> matchExpressions) {

    @ValidationRule(
            value = "self.operator in ['In', 'NotIn'] ? has(self.values) && size(self.values) > 0"
                    + " : !has(self.values) || size(self.values) == 0",
            message = "expected values for In and NotIn, none for Exists and DoesNotExist")
    public record Requirement(
            @Required @Pattern(KubernetesNames.KEY) @Size(max = KubernetesNames.MAX_NAME) String key,
            @Required Operator operator,
            @Size(max = 16)
                    List<@Pattern(KubernetesNames.LABEL_VALUE) @Size(max = KubernetesNames.MAX_LABEL) String> values) {}

    public enum Operator {
        In,
        NotIn,
        Exists,
        DoesNotExist
    }
}
