package dev.distillery.embedded.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distillery.embedded.ClusterExtension;
import dev.distillery.embedded.Widgets;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CustomResourceTest {
    @RegisterExtension
    static final ClusterExtension CLUSTER = new ClusterExtension();

    private final KubernetesClient client = CLUSTER.client();
    private String namespace;

    @BeforeAll
    static void defineWidgets() {
        assertThat(Widgets.define(CLUSTER.client()).getStatus().getConditions()).anySatisfy(condition -> {
            assertThat(condition.getType()).isEqualTo("Established");
            assertThat(condition.getStatus()).isEqualTo("True");
        });
    }

    @BeforeEach
    void makeNamespace() {
        namespace = CLUSTER.newNamespace();
    }

    @Test
    void fillsInDefaultsAndPrunesUnknownFields() {
        GenericKubernetesResource created =
                resource("spec: {color: red, flavour: sweet}").create();
        assertThat(created.<Map<String, Object>>get("spec")).isEqualTo(Map.of("color", "red", "size", 3));
    }

    @Test
    void refusesUnknownFieldsUnderStrictValidation() {
        assertThatThrownBy(() -> resource("spec: {flavour: sweet}")
                        .fieldValidation(FieldValidateable.Validation.STRICT)
                        .create())
                .hasMessageContaining("strict decoding error: unknown field \"spec.flavour\"");
    }

    @Test
    void namesEveryViolation() {
        KubernetesClientException refusal =
                catchThrowableOfType(KubernetesClientException.class, () -> resource("spec: {size: 0, color: blue}")
                        .create());

        assertThat(refusal.getCode()).isEqualTo(422);
        assertThat(refusal.getStatus().getReason()).isEqualTo("Invalid");
        assertThat(refusal.getStatus().getDetails().getCauses())
                .extracting("field")
                .containsExactlyInAnyOrder("spec.size", "spec.color");
    }

    @Test
    void keepsStatusAndSpecApart() {
        Resource<GenericKubernetesResource> widget = resource("spec: {size: 1}\nstatus: {phase: Early}");
        GenericKubernetesResource created = widget.create();
        assertThat(created.<Object>get("status")).isNull();
        assertThat(created.getMetadata().getGeneration()).isEqualTo(1);

        GenericKubernetesResource reported =
                resource("spec: {size: 7}\nstatus: {phase: Ready}").updateStatus();
        assertThat(reported.<Integer>get("spec", "size")).isEqualTo(1);
        assertThat(reported.<String>get("status", "phase")).isEqualTo("Ready");
        assertThat(reported.getMetadata().getGeneration()).isEqualTo(1);

        GenericKubernetesResource changed =
                resource("spec: {size: 2}\nstatus: {phase: Lost}").update();
        assertThat(changed.<String>get("status", "phase")).isEqualTo("Ready");
        assertThat(changed.getMetadata().getGeneration()).isEqualTo(2);
    }

    @Test
    void labelsDoNotBumpTheGeneration() {
        resource("spec: {size: 1}").create();
        GenericKubernetesResource labelled = Widgets.in(client)
                .inNamespace(namespace)
                .withName("widget")
                .edit(widget -> {
                    widget.getMetadata().setLabels(Map.of("a", "b"));
                    return widget;
                });
        assertThat(labelled.getMetadata().getLabels()).containsEntry("a", "b");
        assertThat(labelled.getMetadata().getGeneration()).isEqualTo(1);
    }

    private Resource<GenericKubernetesResource> resource(String body) {
        return client.resource(Widgets.widget(namespace, "widget", body));
    }
}
