package dev.distillery.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.operator.status.Waiting;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalTest {
    private static final String QUOTA = "jobs.batch \"photos\" is forbidden: exceeded quota: trainers";

    /** A policy's, a validating webhook's that gives no code, and one's that calls the request bad. */
    @ParameterizedTest
    @ValueSource(ints = {422, 403, 400})
    void admissionThatSaysNoIsWaitedForInItsWords(int code) {
        assertThat(Refusal.of(answer(code, "denied: no team label")))
                .contains(new Waiting("Refused", "denied: no team label"));
    }

    @Test
    void aQuotaHasItsOwnReason() {
        assertThat(Refusal.of(answer(403, QUOTA))).contains(new Waiting("QuotaExceeded", QUOTA));
        assertThat(Refusal.waiting(QUOTA, "FailedCreate").reason()).isEqualTo("QuotaExceeded");
        assertThat(Refusal.waiting(null, "FailedCreate").reason()).isEqualTo("FailedCreate");
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 404, 409, 429, 500, 503})
    void whatElseFailsIsNoRefusal(int code) {
        assertThat(Refusal.of(answer(code, QUOTA))).isEmpty();
    }

    private static KubernetesClientException answer(int code, String message) {
        return new KubernetesClientException(
                new StatusBuilder().withCode(code).withMessage(message).build());
    }
}
