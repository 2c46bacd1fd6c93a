package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;

/** What a trainer pod asks for and where it may run. Names and meanings are Kubernetes' own. */
@ValidationRule(
        value = "!self.gpuResource.contains('kubernetes.io/') && !self.gpuResource.startsWith('requests.')",
        fieldPath = ".gpuResource",
        message = "expected an extended resource, e.g. nvidia.com/gpu, amd.com/gpu or nvidia.com/mig-1g.10gb")
@ValidationRule(
        value = "self.memory.endsWith('Gi') || int(self.memory.replace('Mi', '')) >= 512",
        fieldPath = ".memory",
        message = "expected at least 512Mi: the smallest trainer takes about 450 MiB")
@ValidationRule(
        value = "self.nodeSelector.all(key, key.matches('" + KubernetesNames.KEY + "'))",
        fieldPath = ".nodeSelector",
        message = "expected keys of labels, e.g. nvidia.com/gpu.product")
@ValidationRule(
        value = "self.topologySpreadConstraints.all(a, self.topologySpreadConstraints.exists_one(b,"
                + " a.topologyKey == b.topologyKey && a.whenUnsatisfiable == b.whenUnsatisfiable))",
        fieldPath = ".topologySpreadConstraints",
        message = "expected constraints that differ in topologyKey or whenUnsatisfiable")
public record Compute(
        @Default("0") @Min(0) @Max(1) @JsonPropertyDescription("GPUs of a trainer pod; 0 trains on the CPU.") int gpus,
        @Default("nvidia.com/gpu")
                @Pattern(KubernetesNames.RESOURCE)
                @Size(max = KubernetesNames.MAX_NAME)
                @JsonPropertyDescription(
                        "The extended resource that a GPU is: nvidia.com/gpu, amd.com/gpu, or a slice such as"
                                + " nvidia.com/mig-1g.10gb.")
                String gpuResource,
        @Default("2") @Min(1) @Max(1024) @JsonPropertyDescription("CPU cores asked for, and compute threads.") int cpus,
        @Default("4Gi")
                @Pattern("^[1-9][0-9]{0,5}(Mi|Gi)$")
                @Size(max = 8)
                @JsonPropertyDescription("Memory asked for and the limit, e.g. 4Gi; at least 512Mi.")
                String memory,
        @Default("{}") @Size(max = 32) @JsonPropertyDescription("Labels that a node must have.")
                Map<
                                @Size(max = KubernetesNames.MAX_NAME) String,
                                @Pattern(KubernetesNames.LABEL_VALUE) @Size(max = KubernetesNames.MAX_LABEL) String>
                        nodeSelector,
        @JsonPropertyDescription("Nodes and other pods that a pod is drawn to or kept from.") Affinity affinity,
        @Default("[]") @Size(max = 32) @JsonPropertyDescription("Taints that keep no pod away.")
                List<Toleration> tolerations,
        @Default("[]")
                @Size(max = 8)
                @JsonPropertyDescription("How the pods that a selector names are spread over nodes or zones.")
                List<TopologySpread> topologySpreadConstraints,
        @Pattern(KubernetesNames.SUBDOMAIN)
                @Size(max = KubernetesNames.MAX_NAME)
                @JsonPropertyDescription("PriorityClass of the trainer pods.")
                String priorityClassName,
        @Pattern(KubernetesNames.SUBDOMAIN)
                @Size(max = KubernetesNames.MAX_NAME)
                @JsonPropertyDescription("RuntimeClass of the trainer pods, e.g. nvidia.")
                String runtimeClassName,
        @Pattern(KubernetesNames.SUBDOMAIN)
                @Size(max = KubernetesNames.MAX_NAME)
                @JsonPropertyDescription("Scheduler that places the trainer pods. Absent: the cluster's.")
                String schedulerName,
        @Pattern("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")
                @Size(max = 63)
                @JsonPropertyDescription(
                        "Kueue LocalQueue that the stages wait in; Kueue then says when they run. Absent: none.")
                String queue,
        @Default("{}") @JsonPropertyDescription("What else a trainer pod carries; never its security.")
                PodOverrides pod,
        @Default("distillery-workspace")
                @Pattern(KubernetesNames.SUBDOMAIN)
                @Size(max = KubernetesNames.MAX_NAME)
                @JsonPropertyDescription(
                        "PersistentVolumeClaim that keeps checkpoints and trained teachers; made when absent.")
                String workspaceClaim) {

    /** @return {@code memory} in bytes */
    public long memoryBytes() {
        long number = Long.parseLong(memory.substring(0, memory.length() - 2));
        return number << (memory.endsWith("Gi") ? 30 : 20);
    }
}
