package dev.distillery.embedded.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.embedded.ClusterExtension;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class WatchTest {
    @RegisterExtension
    static final ClusterExtension CLUSTER = new ClusterExtension();

    private final KubernetesClient client = CLUSTER.client();
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private String namespace;

    @BeforeEach
    void makeNamespace() {
        namespace = CLUSTER.newNamespace();
    }

    @Test
    @SuppressWarnings("try") // The watch is only opened and closed.
    void reportsChangesFromAVersionOn() {
        String version =
                client.configMaps().inNamespace(namespace).list().getMetadata().getResourceVersion();
        write("a", "no");
        try (var watch = client.configMaps()
                .inNamespace(namespace)
                .watch(new ListOptionsBuilder().withResourceVersion(version).build(), recorder())) {
            write("a", "yes");
            client.configMaps().inNamespace(namespace).withName("a").delete();
            await().untilAsserted(() -> assertThat(seen).containsExactly("ADDED a", "MODIFIED a", "DELETED a"));
        }
    }

    @Test
    @SuppressWarnings("try") // The watch is only opened and closed.
    void anObjectThatStopsMatchingIsReportedAsDeleted() {
        try (var watch = client.configMaps()
                .inNamespace(namespace)
                .withLabel("pick", "yes")
                .watch(recorder())) {
            write("a", "yes");
            write("b", "no");
            write("a", "no");
            write("a", "yes");
            await().untilAsserted(() -> assertThat(seen).containsExactly("ADDED a", "DELETED a", "ADDED a"));
        }
    }

    /** The client reads the stream in pieces of a few thousand bytes. */
    @Test
    void textsOfManyBytesArrive() {
        String text = "Hündchen \uD83D\uDE00 ".repeat(2000);
        try (var informer = client.configMaps().inNamespace(namespace).inform()) {
            client.resource(new ConfigMapBuilder()
                            .withNewMetadata()
                            .withName("a")
                            .withNamespace(namespace)
                            .endMetadata()
                            .addToData("text", text)
                            .build())
                    .create();
            await().untilAsserted(() -> assertThat(informer.getStore().list())
                    .extracting(map -> map.getData().get("text"))
                    .containsExactly(text));
        }
    }

    @Test
    void informersFollow() {
        write("a", "yes");
        try (var informer = client.configMaps().inNamespace(namespace).inform()) {
            write("b", "yes");
            await().untilAsserted(() -> assertThat(informer.getStore().list()).hasSize(2));
        }
    }

    @Test
    void aVersionBeforeTheHistoryHasExpired() throws Exception {
        JsonNode event = new ObjectMapper()
                .readTree(client.raw(
                        "/api/v1/namespaces/%s/configmaps?watch=true&resourceVersion=1".formatted(namespace)));
        assertThat(event.path("type").asText()).isEqualTo("ERROR");
        assertThat(event.path("object").path("code").asInt()).isEqualTo(410);
    }

    @Test
    void bookmarksTellTheVersionOfAQuietWatch() throws Exception {
        String version =
                client.configMaps().inNamespace(namespace).list().getMetadata().getResourceVersion();
        JsonNode event = new ObjectMapper()
                .readTree(client.raw(
                        "/api/v1/namespaces/%s/configmaps?watch=true&allowWatchBookmarks=true&timeoutSeconds=1&resourceVersion=%s"
                                .formatted(namespace, version)));
        assertThat(event.path("type").asText()).isEqualTo("BOOKMARK");
        assertThat(event.at("/object/metadata/resourceVersion").asLong())
                .isGreaterThanOrEqualTo(Long.parseLong(version));
    }

    private void write(String name, String pick) {
        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(namespace)
                        .addToLabels("pick", pick)
                        .endMetadata()
                        .build())
                .createOr(existing -> existing.update());
    }

    private Watcher<ConfigMap> recorder() {
        return new Watcher<>() {
            @Override
            public void eventReceived(Action action, ConfigMap map) {
                seen.add(action + " " + map.getMetadata().getName());
            }

            @Override
            public void onClose(WatcherException cause) {
                seen.add("closed " + cause);
            }
        };
    }
}
