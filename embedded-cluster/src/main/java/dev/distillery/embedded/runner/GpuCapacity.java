package dev.distillery.embedded.runner;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Gives GPUs to pods, first come, first served. Other extended resources are never there; CPU and memory are not
 * counted, so that a recipe made for a big node still runs on a laptop.
 */
final class GpuCapacity {
    static final String RESOURCE = "nvidia.com/gpu";

    private final int total;
    private final Map<String, Long> takenByUid = new HashMap<>();

    GpuCapacity(int total) {
        this.total = total;
    }

    /** @return what is missing, or empty when the pod has what it asked for until {@link #release} */
    Optional<String> take(Pod pod) {
        Map<String, Long> wanted = extendedResources(pod);
        takenByUid.remove(pod.getMetadata().getUid());
        long free =
                total - takenByUid.values().stream().mapToLong(Long::longValue).sum();
        for (Map.Entry<String, Long> request : wanted.entrySet()) {
            long available = request.getKey().equals(RESOURCE) ? free : 0;
            if (request.getValue() > available) {
                return Optional.of("0/1 nodes are available: 1 Insufficient %s.".formatted(request.getKey()));
            }
        }
        takenByUid.put(pod.getMetadata().getUid(), wanted.getOrDefault(RESOURCE, 0L));
        return Optional.empty();
    }

    void release(String uid) {
        takenByUid.remove(uid);
    }

    /** Extended resources have a domain in their name; their limit is their request. */
    private static Map<String, Long> extendedResources(Pod pod) {
        Map<String, Long> wanted = new LinkedHashMap<>();
        for (Container container : pod.getSpec().getContainers()) {
            if (container.getResources() == null) {
                continue;
            }
            Map<String, Quantity> amounts = new HashMap<>();
            Optional.ofNullable(container.getResources().getRequests()).ifPresent(amounts::putAll);
            Optional.ofNullable(container.getResources().getLimits()).ifPresent(amounts::putAll);
            amounts.forEach((name, amount) -> {
                if (name.contains("/")) {
                    wanted.merge(name, amount.getNumericalAmount().longValue(), Long::sum);
                }
            });
        }
        return wanted;
    }
}
