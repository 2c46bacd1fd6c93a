package dev.distillery.embedded.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distillery.embedded.ClusterExtension;
import dev.distillery.embedded.Widgets;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ServerSideApplyTest {
    @RegisterExtension
    static final ClusterExtension CLUSTER = new ClusterExtension();

    private final KubernetesClient client = CLUSTER.client();
    private String namespace;

    @BeforeAll
    static void defineWidgets() {
        Widgets.define(CLUSTER.client());
    }

    @BeforeEach
    void makeNamespace() {
        namespace = CLUSTER.newNamespace();
    }

    @Test
    void createsAndRecordsTheAppliedFields() {
        ConfigMap applied = apply("one", Map.of("a", "1"), false);

        ManagedFieldsEntry entry = applied.getMetadata().getManagedFields().get(0);
        assertThat(entry.getManager()).isEqualTo("one");
        assertThat(entry.getOperation()).isEqualTo("Apply");
        assertThat(entry.getFieldsV1().getAdditionalProperties()).isEqualTo(Map.of("f:data", Map.of("f:a", Map.of())));
    }

    @Test
    void removesWhatItsOwnerNoLongerApplies() {
        apply("one", Map.of("a", "1", "b", "2"), false);
        assertThat(apply("one", Map.of("a", "1"), false).getData()).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void keepsWhatAnotherManagerStillOwns() {
        apply("one", Map.of("a", "1", "b", "2"), false);
        apply("two", Map.of("b", "2"), false);
        assertThat(apply("one", Map.of("a", "1"), false).getData()).isEqualTo(Map.of("a", "1", "b", "2"));
    }

    @Test
    void refusesAnothersFieldWithAnotherValueUnlessForced() {
        apply("one", Map.of("a", "1"), false);

        KubernetesClientException conflict =
                catchThrowableOfType(KubernetesClientException.class, () -> apply("two", Map.of("a", "2"), false));
        assertThat(conflict.getCode()).isEqualTo(409);
        assertThat(conflict.getStatus().getDetails().getCauses())
                .singleElement()
                .satisfies(cause -> {
                    assertThat(cause.getReason()).isEqualTo("FieldManagerConflict");
                    assertThat(cause.getField()).isEqualTo(".data.a");
                    assertThat(cause.getMessage()).isEqualTo("conflict with \"one\"");
                });

        ConfigMap forced = apply("two", Map.of("a", "2"), true);
        assertThat(forced.getData()).isEqualTo(Map.of("a", "2"));
        assertThat(managers(forced)).containsExactly("two");
    }

    @Test
    void sharesAFieldThatTwoManagersApplyAlike() {
        apply("one", Map.of("a", "1"), false);
        assertThat(managers(apply("two", Map.of("a", "1"), false))).containsExactly("one", "two");
    }

    @Test
    void changesNothingWhenAppliedAgain() {
        ConfigMap first = apply("one", Map.of("a", "1"), false);
        assertThat(apply("one", Map.of("a", "1"), false).getMetadata()).isEqualTo(first.getMetadata());
    }

    @Test
    void updatersOwnWhatTheyChange() {
        apply("one", Map.of("a", "1", "b", "2"), false);
        ConfigMap edited = client.configMaps()
                .inNamespace(namespace)
                .withName("map")
                .edit(map -> new ConfigMapBuilder(map).addToData("a", "9").build());

        assertThat(edited.getMetadata().getManagedFields())
                .anySatisfy(entry -> {
                    assertThat(entry.getOperation()).isEqualTo("Update");
                    assertThat(entry.getFieldsV1().getAdditionalProperties())
                            .isEqualTo(Map.of("f:data", Map.of("f:a", Map.of())));
                })
                .anySatisfy(entry -> assertThat(entry.getFieldsV1().getAdditionalProperties())
                        .isEqualTo(Map.of("f:data", Map.of("f:b", Map.of()))));
    }

    @Test
    void mergesKeyedListsItemByItem() {
        applyWidget("one", "spec: {parts: [{name: a, weight: 1}]}");
        GenericKubernetesResource widget = applyWidget("two", "spec: {parts: [{name: b, weight: 2}]}");

        assertThat(widget.<List<Map<String, Object>>>get("spec", "parts"))
                .extracting(part -> part.get("name"))
                .containsExactly("a", "b");
        assertThat(widget.getMetadata()
                        .getManagedFields()
                        .get(1)
                        .getFieldsV1()
                        .getAdditionalProperties()
                        .get("f:spec"))
                .isEqualTo(Map.of(
                        "f:parts",
                        Map.of("k:{\"name\":\"b\"}", Map.of(".", Map.of(), "f:name", Map.of(), "f:weight", Map.of()))));

        assertThat(applyWidget("one", "spec: {}").<List<Map<String, Object>>>get("spec", "parts"))
                .extracting(part -> part.get("name"))
                .containsExactly("b");
    }

    @Test
    void dryRunStoresNothing() {
        PatchContext dryRun = new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager("one")
                .withDryRun(List.of("All"))
                .build();
        ConfigMap answer = client.resource(map(Map.of("a", "1"))).patch(dryRun);

        assertThat(answer.getMetadata().getUid()).isNotEmpty();
        assertThat(client.resource(map(Map.of())).get()).isNull();
    }

    private ConfigMap apply(String manager, Map<String, String> data, boolean force) {
        return client.resource(map(data)).patch(context(manager, force));
    }

    private GenericKubernetesResource applyWidget(String manager, String body) {
        return client.resource(Widgets.widget(namespace, "widget", body)).patch(context(manager, false));
    }

    private ConfigMap map(Map<String, String> data) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName("map")
                .withNamespace(namespace)
                .endMetadata()
                .withData(data)
                .build();
    }

    private static PatchContext context(String manager, boolean force) {
        return new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager(manager)
                .withForce(force)
                .build();
    }

    private static List<String> managers(ConfigMap map) {
        return map.getMetadata().getManagedFields().stream()
                .map(ManagedFieldsEntry::getManager)
                .toList();
    }
}
