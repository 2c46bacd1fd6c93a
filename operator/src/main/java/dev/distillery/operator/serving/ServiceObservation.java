package dev.distillery.operator.serving;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What KServe says of a service, and its pods. KServe's status does not tell which spec it is of: its observedGeneration is
 * that of a Deployment or a Knative Service, and Ready stays True while a Deployment goes from one version to the next. The
 * pods tell: KServe gives them the service's annotations, {@link KServeService#MODEL} among them.
 *
 * @param modelSha256 which model it shall serve; null if it does not say
 * @param ready whether it serves that and no other; when Knative shares the traffic, whether it serves that at all
 * @param reason why not, in CamelCase
 * @param message likewise, for people
 */
public record ServiceObservation(String modelSha256, boolean ready, String reason, String message) {
    /** Nothing tells when this ends: a pod may change when the service does not. */
    public static final String STARTING = "Starting";

    private static final Set<String> FAILED = Set.of("BlockedByFailedLoad", "InvalidSpec");
    /** KServe's modes with Deployments, the second as older releases call it. */
    private static final Set<String> WITHOUT_KNATIVE = Set.of("Standard", "RawDeployment");

    private static final Set<String> ENDED = Set.of("Succeeded", "Failed");

    /** @param pods of the service, whatever their state */
    public static ServiceObservation of(GenericKubernetesResource service, List<Pod> pods) {
        String model = model(service);
        Map<?, ?> status = map(service.getAdditionalProperties().get("status"));
        Map<?, ?> ready = ready(status);
        if (ready.isEmpty()) {
            return starting(model, "KServe has not taken it up yet");
        }
        if (!"True".equals(ready.get("status"))) {
            return notReady(model, ready, map(status.get("modelStatus")));
        }
        List<Pod> running = pods.stream().filter(ServiceObservation::runs).toList();
        boolean asleep =
                running.isEmpty() && Integer.valueOf(0).equals(service.get("spec", "predictor", "minReplicas"));
        if (!asleep && running.stream().noneMatch(pod -> isReady(pod) && Objects.equals(model, model(pod)))) {
            return starting(model, "no pod is ready with it yet");
        }
        boolean canary = service.get("spec", "predictor", "canaryTrafficPercent") != null;
        Object mode = status.get("deploymentMode");
        boolean shares = canary && !WITHOUT_KNATIVE.contains(String.valueOf(mode));
        if (!shares && running.stream().anyMatch(pod -> !Objects.equals(model, model(pod)))) {
            return starting(model, "a pod with another version still runs");
        }
        Object url = status.get("url");
        String message = url == null ? "KServe says no URL" : "at " + url;
        if (canary && !shares) {
            message += "; it has all of the traffic: in KServe's mode " + mode
                    + " canaryTrafficPercent shares none (Knative does)";
        }
        return new ServiceObservation(model, true, "Serving", message);
    }

    private static ServiceObservation starting(String model, String message) {
        return new ServiceObservation(model, false, STARTING, message);
    }

    /** KServe keeps a failure for ever: it counts while the state of the model says so. */
    private static ServiceObservation notReady(String model, Map<?, ?> ready, Map<?, ?> modelStatus) {
        Map<?, ?> failure = FAILED.contains(String.valueOf(modelStatus.get("transitionStatus")))
                ? map(modelStatus.get("lastFailureInfo"))
                : Map.of();
        return new ServiceObservation(
                model,
                false,
                text(failure.get("reason"), text(ready.get("reason"), "NotReady")),
                text(failure.get("message"), text(ready.get("message"), "not ready yet")));
    }

    private static String model(HasMetadata resource) {
        Map<String, String> annotations = resource.getMetadata().getAnnotations();
        return annotations == null ? null : annotations.get(KServeService.MODEL);
    }

    private static boolean runs(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() == null
                && !ENDED.contains(pod.getStatus().getPhase());
    }

    private static boolean isReady(Pod pod) {
        return pod.getStatus().getConditions().stream()
                .anyMatch(condition -> condition.getType().equals("Ready")
                        && condition.getStatus().equals("True"));
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
