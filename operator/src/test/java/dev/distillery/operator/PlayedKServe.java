package dev.distillery.operator;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

/**
 * KServe's API is there, on a real API server by the CRD that KServe publishes, on the embedded one by the fields that we
 * write. Its controller is played: a test says what it would say, and makes the pods of the InferenceService photos.
 */
record PlayedKServe(KubernetesUnderTest kubernetes) {
    private static final String POD =
            """
            apiVersion: v1
            kind: Pod
            metadata:
              namespace: default
              generateName: photos-predictor-
              labels: {serving.kserve.io/inferenceservice: photos}
            spec:
              nodeName: elsewhere
              securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
              containers:
                - name: kserve-container
                  image: triton
                  securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
            """;

    void install() throws IOException {
        try (InputStream crd = kubernetes.kserve()) {
            kubernetes.define(crd);
        }
    }

    void says(String ready, String reason, String message) {
        services().editStatus(service -> {
            service.setAdditionalProperty(
                    "status",
                    Map.of(
                            "url",
                            "http://photos.example",
                            "observedGeneration",
                            service.getMetadata().getGeneration(),
                            "conditions",
                            List.of(Map.of("type", "Ready", "status", ready, "reason", reason, "message", message))));
            return service;
        });
    }

    /** Ready, on a node that nobody plays, with what KServe hands on. */
    void startPod() {
        Pod pod = Serialization.unmarshal(POD, Pod.class);
        pod.getMetadata().setAnnotations(service().getMetadata().getAnnotations());
        client().resource(client().resource(pod).create()).editStatus(RecipeScenario::ready);
    }

    FilterWatchListDeletable<Pod, PodList, PodResource> pods() {
        return client().pods().inNamespace("default").withLabel("serving.kserve.io/inferenceservice", "photos");
    }

    GenericKubernetesResource service() {
        return services().get();
    }

    Resource<GenericKubernetesResource> services() {
        return services("photos");
    }

    Resource<GenericKubernetesResource> services(String name) {
        return client().genericKubernetesResources("serving.kserve.io/v1beta1", "InferenceService")
                .inNamespace("default")
                .withName(name);
    }

    private KubernetesClient client() {
        return kubernetes.client();
    }
}
