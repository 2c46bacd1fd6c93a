package dev.distillery.operator;

import dev.distillery.operator.status.Waiting;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Optional;
import java.util.Set;

/** How admission says no: a quota, a policy, a webhook. It may be asked again, and its words are what the user needs. */
final class Refusal {
    /** A webhook may also say no more than that the request was bad. */
    private static final Set<Integer> CODES =
            Set.of(HttpURLConnection.HTTP_BAD_REQUEST, HttpURLConnection.HTTP_FORBIDDEN, 422);

    private Refusal() {}

    /** @return what the stage waits for; empty if the call failed for another reason */
    static Optional<Waiting> of(KubernetesClientException e) {
        return CODES.contains(e.getCode()) ? Optional.of(waiting(e.getMessage(), "Refused")) : Optional.empty();
    }

    /** @param other the reason where it is no quota */
    static Waiting waiting(String message, String other) {
        boolean quota = message != null && message.contains("exceeded quota");
        return new Waiting(quota ? "QuotaExceeded" : other, message);
    }
}
