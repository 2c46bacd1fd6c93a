package dev.distillery.operator.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ApiCallsTest {
    @Test
    void resourcesAreNamedWithoutNamespacesAndNames() {
        assertThat(ApiCalls.resource("/api/v1/namespaces/default/pods/a")).isEqualTo("pods");
        assertThat(ApiCalls.resource("/api/v1/namespaces/default")).isEqualTo("namespaces");
        assertThat(ApiCalls.resource("/apis/batch/v1/jobs")).isEqualTo("jobs");
        assertThat(ApiCalls.resource("/apis/distillery.dev/v1alpha1/namespaces/x/trainingrecipes/y/status"))
                .isEqualTo("trainingrecipes/status");
        assertThat(ApiCalls.resource("/apis/authentication.k8s.io/v1/tokenreviews"))
                .isEqualTo("tokenreviews");
        assertThat(ApiCalls.resource("/version")).isEqualTo("other");
        assertThat(ApiCalls.resource("/apis")).isEqualTo("other");
    }
}
