package dev.distillery.embedded.runner;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;

/** Gives each namespace the service account {@code default}, as which pods run that name none. */
record DefaultAccounts(KubernetesClient client) {
    private static final String NAME = "default";

    void reconcile(Namespace namespace) {
        String name = namespace.getMetadata().getName();
        Namespace current = client.namespaces().withName(name).get();
        boolean leaving = current == null || current.getMetadata().getDeletionTimestamp() != null;
        if (leaving || client.serviceAccounts().inNamespace(name).withName(NAME).get() != null) {
            return;
        }
        try {
            client.resource(new ServiceAccountBuilder()
                            .withNewMetadata()
                            .withNamespace(name)
                            .withName(NAME)
                            .endMetadata()
                            .build())
                    .create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
        }
    }
}
