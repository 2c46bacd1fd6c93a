package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;

/**
 * What a platform asks pods to carry. It is a list of what may be added and no pod template: security context, volumes,
 * host namespaces, image and command have no field here, so that no recipe leaves Pod Security "restricted".
 */
@ValidationRule(
        value = "self.labels.all(key, key.matches('" + KubernetesNames.KEY + "')"
                + " && !key.startsWith('distillery.dev/') && !key.startsWith('batch.kubernetes.io/')"
                + " && !(key in ['app.kubernetes.io/managed-by', 'job-name', 'controller-uid']))",
        fieldPath = ".labels",
        message = "expected keys of labels that are not the operator's or a Job's own")
@ValidationRule(
        value = "self.annotations.all(key, key.matches('" + KubernetesNames.KEY + "')"
                + " && !key.contains('apparmor.security.') && !key.contains('seccomp.security.'))",
        fieldPath = ".annotations",
        message = "expected keys of annotations, none of AppArmor's or seccomp's: security is not a recipe's to set")
@ValidationRule(
        value = "self.env.all(a, !a.name.startsWith('DISTILLERY_') && a.name != 'TERMINATION_MESSAGE_PATH'"
                + " && self.env.exists_one(b, a.name == b.name))",
        fieldPath = ".env",
        message = "expected different names, none of the operator's (DISTILLERY_…, TERMINATION_MESSAGE_PATH)")
public record PodOverrides(
        @Default("{}") @Size(max = 16) @JsonPropertyDescription("E.g. for cost reports or a gang scheduler.")
                Map<
                                @Size(max = KubernetesNames.MAX_NAME) String,
                                @Pattern(KubernetesNames.LABEL_VALUE) @Size(max = KubernetesNames.MAX_LABEL) String>
                        labels,
        @Default("{}")
                @Size(max = 16)
                @JsonPropertyDescription("E.g. cluster-autoscaler.kubernetes.io/safe-to-evict: \"false\".")
                Map<@Size(max = KubernetesNames.MAX_NAME) String, @Size(max = 2048) String> annotations,
        @Default("[]")
                @Size(max = 32)
                @JsonPropertyDescription("Of the trainer, e.g. HTTPS_PROXY. Not for secrets: recipes are read by many.")
                List<EnvironmentVariable> env,
        @Pattern(KubernetesNames.SUBDOMAIN)
                @Size(max = KubernetesNames.MAX_NAME)
                @JsonPropertyDescription(
                        "For a cloud's workload identity; its Kubernetes token is not mounted. Absent: default.")
                String serviceAccountName,
        @Default("[]")
                @Size(max = 8)
                @JsonPropertyDescription("Secrets of the recipe's namespace with which the trainer's image is pulled.")
                List<@Pattern(KubernetesNames.SUBDOMAIN) @Size(max = KubernetesNames.MAX_NAME) String>
                        imagePullSecrets) {

    public record EnvironmentVariable(
            @Required @Pattern("^[A-Za-z_][A-Za-z0-9_]*$") @Size(max = 128) String name,
            @Required @Size(max = 4096) String value) {}
}
