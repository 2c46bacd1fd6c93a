package dev.distillery.operator.serving;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What KServe says of a service.
 *
 * @param modelSha256 which model it shall serve; null if it does not say
 * @param ready whether it serves that, all of its spec taken up
 * @param reason why not, in CamelCase
 * @param message likewise, for people
 */
public record ServiceObservation(String modelSha256, boolean ready, String reason, String message) {

    public static ServiceObservation of(GenericKubernetesResource service) {
        String model = service.getMetadata().getAnnotations() == null
                ? null
                : service.getMetadata().getAnnotations().get(KServeService.MODEL);
        Map<?, ?> status = map(service.getAdditionalProperties().get("status"));
        Map<?, ?> ready = ready(status);
        // Of a spec that KServe has not looked at yet, the conditions speak of the one before.
        boolean current = status.get("observedGeneration") == null
                || Objects.equals(
                        ((Number) status.get("observedGeneration")).longValue(),
                        service.getMetadata().getGeneration());
        if (!current || ready.isEmpty()) {
            return new ServiceObservation(model, false, "Starting", "KServe has not taken it up yet");
        }
        if ("True".equals(ready.get("status"))) {
            return new ServiceObservation(model, true, "Serving", "at " + status.get("url"));
        }
        return new ServiceObservation(
                model, false, text(ready.get("reason"), "NotReady"), text(ready.get("message"), "not ready yet"));
    }

    private static Map<?, ?> ready(Map<?, ?> status) {
        if (status.get("conditions") instanceof List<?> conditions) {
            for (Object condition : conditions) {
                if ("Ready".equals(map(condition).get("type"))) {
                    return map(condition);
                }
            }
        }
        return Map.of();
    }

    private static Map<?, ?> map(Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    private static String text(Object value, String otherwise) {
        return value == null || value.toString().isEmpty() ? otherwise : value.toString();
    }
}
