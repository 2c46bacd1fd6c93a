package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** A taint that does not keep the pod away. Kubernetes' own, with its default of {@code operator} written out. */
@ValidationRule(
        value = "self.operator == 'Exists' ? !has(self.value) : has(self.key)",
        message = "expected no value with operator Exists, and a key with Equal")
@ValidationRule(
        value = "!has(self.tolerationSeconds) || (has(self.effect) && self.effect == 'NoExecute')",
        message = "expected effect: NoExecute with tolerationSeconds")
public record Toleration(
        @Pattern(KubernetesNames.KEY)
                @Size(max = KubernetesNames.MAX_NAME)
                @JsonPropertyDescription("Of the taint. Absent with operator Exists: every taint.")
                String key,
        @Default("Equal") Operator operator,
        @Pattern(KubernetesNames.LABEL_VALUE) @Size(max = KubernetesNames.MAX_LABEL) String value,
        @JsonPropertyDescription("Absent: every effect.") Effect effect,
        @Min(0)
                @Max(31536000)
                @JsonPropertyDescription(
                        "How long the pod stays once such a taint comes; NoExecute only. Absent: for ever.")
                Long tolerationSeconds) {

    public enum Operator {
        Equal,
        Exists
    }

    public enum Effect {
        NoSchedule,
        PreferNoSchedule,
        NoExecute
    }
}
