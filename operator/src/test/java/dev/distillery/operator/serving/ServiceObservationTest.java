package dev.distillery.operator.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServiceObservationTest {
    private static final Map<String, Object> READY = Map.of("type", "Ready", "status", "True");
    private static final Map<String, Object> NOT_READY =
            Map.of("type", "Ready", "status", "False", "reason", "PredictorReady not ready", "message", "");

    private final Map<String, Object> predictor = new LinkedHashMap<>();
    private final Map<String, Object> status = new LinkedHashMap<>();

    @Test
    void nothingIsSaidBeforeKServeSaysSomething() {
        assertThat(observed().message()).isEqualTo("KServe has not taken it up yet");
        conditions(Map.of("type", "PredictorReady", "status", "True"));
        assertThat(observed(pod("new", "True")).ready()).isFalse();
    }

    /** KServe says Ready all the while that a Deployment goes from one version to the next. */
    @Test
    void aVersionIsServedWhenEachPodHasIt() {
        conditions(READY);
        status.put("url", "http://vision.example");
        assertThat(observed(pod("old", "True")).message()).isEqualTo("no pod is ready with it yet");
        assertThat(observed(pod("old", "True"), pod("new", "False")).ready()).isFalse();
        assertThat(observed(pod("old", "True"), pod("new", "True")).message())
                .isEqualTo("a pod with another version still runs");
        ServiceObservation served = observed(terminating(pod("old", "True")), evicted("old"), pod("new", "True"));
        assertThat(served).isEqualTo(new ServiceObservation("new", true, "Serving", "at http://vision.example"));
    }

    @Test
    void aCanaryIsServedBesideTheVersionBefore() {
        conditions(READY);
        predictor.put("canaryTrafficPercent", 10);
        assertThat(observed(pod("old", "True"), pod("new", "False")).ready()).isFalse();
        assertThat(observed(pod("old", "True"), pod("new", "True")).ready()).isTrue();
    }

    @Test
    void aDeploymentSharesNoTraffic() {
        conditions(READY);
        predictor.put("canaryTrafficPercent", 10);
        status.put("deploymentMode", "Standard");
        assertThat(observed(pod("old", "True"), pod("new", "True")).ready()).isFalse();
        assertThat(observed(pod("new", "True")).message())
                .isEqualTo("KServe says no URL; it has all of the traffic: in KServe's mode Standard"
                        + " canaryTrafficPercent shares none (Knative does)");
        status.put("deploymentMode", "Knative");
        assertThat(observed(pod("old", "True"), pod("new", "True")).message()).isEqualTo("KServe says no URL");
    }

    @Test
    void aServiceThatMaySleepNeedsNoPod() {
        conditions(READY);
        assertThat(observed().ready()).isFalse();
        predictor.put("minReplicas", 0);
        assertThat(observed().ready()).isTrue();
        assertThat(observed(pod("old", "True")).ready()).isFalse();
    }

    @Test
    void anAddressThatIsMissingIsNotInvented() {
        conditions(READY);
        assertThat(observed(pod("new", "True")).message()).isEqualTo("KServe says no URL");
    }

    @Test
    void whyAModelDoesNotLoadIsSaidWhileItDoesNot() {
        conditions(NOT_READY);
        assertThat(observed())
                .isEqualTo(new ServiceObservation("new", false, "PredictorReady not ready", "not ready yet"));
        Map<String, Object> failure = Map.of("reason", "ModelLoadFailed", "message", "no such bucket");
        status.put("modelStatus", Map.of("transitionStatus", "BlockedByFailedLoad", "lastFailureInfo", failure));
        assertThat(observed()).isEqualTo(new ServiceObservation("new", false, "ModelLoadFailed", "no such bucket"));
        status.put("modelStatus", Map.of("transitionStatus", "InProgress", "lastFailureInfo", failure));
        assertThat(observed().reason()).as("of a load before").isEqualTo("PredictorReady not ready");
    }

    private void conditions(Map<String, Object> condition) {
        status.put("conditions", List.of(condition));
    }

    private ServiceObservation observed(Pod... pods) {
        GenericKubernetesResource service = new GenericKubernetesResourceBuilder()
                .withMetadata(new ObjectMetaBuilder()
                        .withAnnotations(Map.of(KServeService.MODEL, "new"))
                        .build())
                .withAdditionalProperties(Map.of("spec", Map.of("predictor", predictor), "status", status))
                .build();
        return ServiceObservation.of(service, List.of(pods));
    }

    private static Pod pod(String model, String ready) {
        return new PodBuilder()
                .withNewMetadata()
                .withAnnotations(Map.of(KServeService.MODEL, model))
                .endMetadata()
                .withNewStatus()
                .withPhase("Running")
                .addNewCondition()
                .withType("Ready")
                .withStatus(ready)
                .endCondition()
                .endStatus()
                .build();
    }

    private static Pod terminating(Pod pod) {
        pod.getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");
        return pod;
    }

    private static Pod evicted(String model) {
        Pod pod = pod(model, "False");
        pod.getStatus().setPhase("Failed");
        return pod;
    }
}
