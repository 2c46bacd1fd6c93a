package dev.distillery.embedded.runner;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceAccountTokenProjection;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Tokens of a pod's service account, bound to the pod, asked of the API server as a kubelet does. */
record AccountTokens(KubernetesClient client) {
    private static final long DEFAULT_SECONDS = 3600;
    /** Of a token's life, in percent: Kubernetes renews at 80. */
    private static final long RENEWAL_PERCENT = 80;

    byte[] request(PodId pod, String account, ServiceAccountTokenProjection wanted) throws StartFailure {
        TokenRequest request = new TokenRequestBuilder()
                .withNewSpec()
                .withAudiences(wanted.getAudience() == null ? List.of() : List.of(wanted.getAudience()))
                .withExpirationSeconds(seconds(wanted))
                .withNewBoundObjectRef("v1", "Pod", pod.name(), pod.uid())
                .endSpec()
                .build();
        try {
            return client.serviceAccounts()
                    .inNamespace(pod.namespace())
                    .withName(account)
                    .tokenRequest(request)
                    .getStatus()
                    .getToken()
                    .getBytes(StandardCharsets.US_ASCII);
        } catch (KubernetesClientException e) {
            throw StartFailure.configuration(
                    "failed to fetch token of serviceaccount \"%s\": %s".formatted(account, e.getMessage()));
        }
    }

    static List<ServiceAccountTokenProjection> of(Volume volume) {
        if (volume.getProjected() == null) {
            return List.of();
        }
        return volume.getProjected().getSources().stream()
                .map(VolumeProjection::getServiceAccountToken)
                .filter(Objects::nonNull)
                .toList();
    }

    /** @return when, from now on, the pod's tokens are to be renewed; empty if it has none */
    static Optional<Duration> renewal(Pod pod) {
        return pod.getSpec().getVolumes().stream()
                .flatMap(volume -> of(volume).stream())
                .map(AccountTokens::seconds)
                .min(Comparator.naturalOrder())
                .map(seconds -> Duration.ofSeconds(seconds * RENEWAL_PERCENT / 100));
    }

    private static long seconds(ServiceAccountTokenProjection token) {
        return token.getExpirationSeconds() == null ? DEFAULT_SECONDS : token.getExpirationSeconds();
    }
}
