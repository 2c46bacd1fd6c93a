package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import java.util.Map;

/** What a trainer pod asks for and where it may run. Names are Kubernetes' own. */
public record Compute(
        @Default("0") @Min(0) @Max(1) @JsonPropertyDescription("GPUs of a trainer pod; 0 trains on the CPU.") int gpus,
        @Default("nvidia.com/gpu") @JsonPropertyDescription("The extended resource that a GPU is.") String gpuResource,
        @Default("2") @Min(1) @Max(1024) @JsonPropertyDescription("CPU cores asked for, and compute threads.") int cpus,
        @Default("4Gi")
                @Pattern("^[1-9][0-9]*(Mi|Gi)$")
                @JsonPropertyDescription("Memory asked for and the limit, e.g. 4Gi.")
                String memory,
        @Default("{}") Map<String, String> nodeSelector,
        @Default("[]") List<Toleration> tolerations,
        @JsonPropertyDescription("PriorityClass of the trainer pods.") String priorityClassName,
        @Pattern("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")
                @Size(max = 63)
                @JsonPropertyDescription(
                        "Kueue LocalQueue that the stages wait in; Kueue then says when they run. Absent: none.")
                String queue,
        @Default("distillery-workspace")
                @JsonPropertyDescription(
                        "PersistentVolumeClaim that keeps checkpoints and trained teachers; made when absent.")
                String workspaceClaim) {

    public record Toleration(String key, String operator, String value, String effect) {}

    /** @return {@code memory} in bytes */
    public long memoryBytes() {
        long number = Long.parseLong(memory.substring(0, memory.length() - 2));
        return number << (memory.endsWith("Gi") ? 30 : 20);
    }
}
