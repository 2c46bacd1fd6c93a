package dev.distillery.operator.chart;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The chart's service account with the chart's rights, and nothing more. */
public final class ChartRights {
    private static final Set<String> KINDS =
            Set.of("ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding");

    private ChartRights() {}

    /**
     * Grants what the chart grants.
     *
     * @param namespace where the operator would run
     * @return a token of the operator's service account, good for a day: longer than a campaign of faults
     */
    public static String grant(KubernetesClient admin, Chart chart, String namespace, List<String> settings) {
        List<HasMetadata> rights = chart.objects(namespace, settings).stream()
                .filter(object -> KINDS.contains(object.getKind()))
                .toList();
        if (rights.isEmpty()) {
            throw new AssertionError("the chart renders no rights");
        }
        rights.forEach(object -> admin.resource(object).serverSideApply());
        TokenRequest request = new TokenRequestBuilder()
                .withNewSpec()
                .withExpirationSeconds(Duration.ofDays(1).toSeconds())
                .endSpec()
                .build();
        return admin.serviceAccounts()
                .inNamespace(namespace)
                .withName(Chart.NAME)
                .tokenRequest(request)
                .getStatus()
                .getToken();
    }
}
