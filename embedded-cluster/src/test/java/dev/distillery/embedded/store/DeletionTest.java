package dev.distillery.embedded.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.embedded.ClusterExtension;
import dev.distillery.embedded.Widgets;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DeletionTest {
    @RegisterExtension
    static final ClusterExtension CLUSTER = new ClusterExtension();

    private static final String FINALIZER = "test.distillery.dev/hold";

    private final KubernetesClient client = CLUSTER.client();
    private String namespace;

    @BeforeEach
    void makeNamespace() {
        namespace = CLUSTER.newNamespace();
    }

    @Test
    void waitsForFinalizers() {
        create("held", null, FINALIZER);
        map("held").delete();
        assertThat(map("held").get().getMetadata().getDeletionTimestamp()).isNotNull();

        map("held").edit(held -> new ConfigMapBuilder(held)
                .editMetadata()
                .withFinalizers(List.of())
                .endMetadata()
                .build());
        assertThat(map("held").get()).isNull();
    }

    @Test
    void collectsWhatTheDeletedObjectOwned() {
        ConfigMap owner = create("owner", null);
        create("child", create("middle", owner));
        map("owner").delete();
        assertThat(List.of("owner", "middle", "child"))
                .allSatisfy(name -> assertThat(map(name).get()).isNull());
    }

    @Test
    void orphansOnRequest() {
        create("child", create("owner", null));
        map("owner").withPropagationPolicy(DeletionPropagation.ORPHAN).delete();
        assertThat(map("child").get().getMetadata().getOwnerReferences()).isEmpty();
    }

    @Test
    void foregroundDeletionWaitsForDependents() {
        ConfigMap owner = create("owner", null);
        create("child", owner, FINALIZER);
        map("owner").withPropagationPolicy(DeletionPropagation.FOREGROUND).delete();
        assertThat(map("owner").get().getMetadata().getFinalizers()).containsExactly("foregroundDeletion");

        map("child").edit(child -> new ConfigMapBuilder(child)
                .editMetadata()
                .withFinalizers(List.of())
                .endMetadata()
                .build());
        assertThat(map("owner").get()).isNull();
    }

    @Test
    void deletesWhatASelectorNames() {
        create("a", null);
        create("b", null);
        map("a").edit(a -> new ConfigMapBuilder(a)
                .editMetadata()
                .addToLabels("pick", "me")
                .endMetadata()
                .build());
        client.configMaps()
                .inNamespace(namespace)
                .withLabelIn("pick", "me", "you")
                .delete();
        assertThat(client.configMaps().inNamespace(namespace).list().getItems())
                .extracting(left -> left.getMetadata().getName())
                .containsExactly("b");
    }

    @Test
    void namespacesTakeTheirContentAlong() {
        create("held", null, FINALIZER);
        client.namespaces().withName(namespace).delete();
        assertThat(client.namespaces().withName(namespace).get().getStatus().getPhase())
                .isEqualTo("Terminating");

        map("held").edit(held -> new ConfigMapBuilder(held)
                .editMetadata()
                .withFinalizers(List.of())
                .endMetadata()
                .build());
        assertThat(client.namespaces().withName(namespace).get()).isNull();
    }

    @Test
    void definitionsTakeTheirInstancesAlong() {
        var definition = Widgets.define(client);
        client.resource(Widgets.widget(namespace, "widget", "spec: {}")).create();
        client.resource(definition).delete();
        assertThat(client.resource(definition).get()).isNull();

        Widgets.define(client);
        assertThat(Widgets.in(client).inNamespace(namespace).list().getItems()).isEmpty();
    }

    private ConfigMap create(String name, ConfigMap owner, String... finalizers) {
        ConfigMapBuilder builder = new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .withFinalizers(finalizers)
                .endMetadata();
        if (owner != null) {
            builder.editMetadata()
                    .addNewOwnerReference()
                    .withApiVersion("v1")
                    .withKind("ConfigMap")
                    .withName(owner.getMetadata().getName())
                    .withUid(owner.getMetadata().getUid())
                    .withBlockOwnerDeletion(true)
                    .endOwnerReference()
                    .endMetadata();
        }
        return client.resource(builder.build()).create();
    }

    private Resource<ConfigMap> map(String name) {
        return client.configMaps().inNamespace(namespace).withName(name);
    }
}
