package dev.distillery.embedded.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.distillery.embedded.ClusterExtension;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class WriteRulesTest {
    @RegisterExtension
    static final ClusterExtension CLUSTER = new ClusterExtension();

    private final KubernetesClient client = CLUSTER.client();
    private String namespace;

    @BeforeEach
    void makeNamespace() {
        namespace = CLUSTER.newNamespace();
    }

    @Test
    void aWriteThatChangesNothingKeepsTheVersion() {
        ConfigMap created = client.resource(map("a", Map.of("k", "v"))).create();
        ConfigMap written = client.resource(map("a", Map.of("k", "v"))).update();
        assertThat(written.getMetadata().getResourceVersion())
                .isEqualTo(created.getMetadata().getResourceVersion());
    }

    @Test
    void refusesAStaleVersion() {
        ConfigMap created = client.resource(map("a", Map.of("k", "v"))).create();
        client.resource(map("a", Map.of("k", "w"))).update();
        ConfigMap stale = new ConfigMapBuilder(created).addToData("k", "x").build();
        assertThat(codeOf(() -> client.resource(stale)
                        .lockResourceVersion(created.getMetadata().getResourceVersion())
                        .update()))
                .isEqualTo(409);
    }

    @Test
    void refusesASecondObjectOfTheSameName() {
        client.resource(map("a", Map.of())).create();
        assertThat(codeOf(() -> client.resource(map("a", Map.of())).create())).isEqualTo(409);
    }

    @Test
    void refusesAnAbsentNamespaceAndABadName() {
        ConfigMap nowhere = new ConfigMapBuilder(map("a", Map.of()))
                .editMetadata()
                .withNamespace("nowhere")
                .endMetadata()
                .build();
        assertThat(codeOf(() -> client.resource(nowhere).create())).isEqualTo(404);
        assertThat(codeOf(() -> client.resource(map("Not_A_Name", Map.of())).create()))
                .isEqualTo(422);
    }

    @Test
    void refusesWhatIsTooLarge() {
        client.resource(annotated(250_000)).create();
        assertThat(codeOf(() -> client.resource(annotated(270_000)).create())).isEqualTo(422);
        assertThat(codeOf(() -> client.resource(annotated(4_000_000)).create())).isEqualTo(413);
    }

    private ConfigMap annotated(int characters) {
        return new ConfigMapBuilder(map("size-" + characters, Map.of()))
                .editMetadata()
                .addToAnnotations("note", "a".repeat(characters))
                .endMetadata()
                .build();
    }

    @Test
    void foldsPlainTextIntoASecretsData() {
        Secret secret = client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName("s")
                        .withNamespace(namespace)
                        .endMetadata()
                        .addToStringData("k", "v")
                        .build())
                .create();
        assertThat(secret.getData()).isEqualTo(Map.of("k", "dg=="));
        assertThat(secret.getStringData()).isNullOrEmpty();
    }

    @Test
    void immutableDataStays() {
        client.resource(new ConfigMapBuilder(map("a", Map.of("k", "v")))
                        .withImmutable(true)
                        .build())
                .create();
        ConfigMap changed = new ConfigMapBuilder(map("a", Map.of("k", "w")))
                .withImmutable(true)
                .build();
        assertThat(codeOf(() -> client.resource(changed).update())).isEqualTo(422);
    }

    @Test
    void aJobsTemplateIsImmutable() {
        var jobs = client.batch().v1().jobs().inNamespace(namespace);
        jobs.resource(new JobBuilder()
                        .withNewMetadata()
                        .withName("j")
                        .endMetadata()
                        .withNewSpec()
                        .withSuspend(true)
                        .withNewTemplate()
                        .withNewSpec()
                        .withRestartPolicy("Never")
                        .addNewContainer()
                        .withName("main")
                        .withImage("shell")
                        .endContainer()
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .build())
                .create();
        await().until(() -> jobs.withName("j").get().getStatus() != null
                && !jobs.withName("j").get().getStatus().getConditions().isEmpty());
        KubernetesClientException refusal = catchThrowableOfType(
                KubernetesClientException.class, () -> jobs.withName("j").edit(job -> new JobBuilder(job)
                        .editSpec()
                        .editTemplate()
                        .editSpec()
                        .editFirstContainer()
                        .withImage("other")
                        .endContainer()
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .build()));
        assertThat(refusal.getCode()).isEqualTo(422);
        assertThat(refusal.getMessage()).contains("spec.template", "field is immutable");

        assertThat(jobs.withName("j")
                        .edit(job -> new JobBuilder(job)
                                .editSpec()
                                .editTemplate()
                                .editSpec()
                                .addToNodeSelector("zone", "a")
                                .endSpec()
                                .endTemplate()
                                .endSpec()
                                .build())
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getNodeSelector())
                .isEqualTo(Map.of("zone", "a"));
    }

    @Test
    void strategicMergePatchMergesListsByKey() {
        client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName("p")
                        .withNamespace(namespace)
                        .endMetadata()
                        .withNewSpec()
                        .withContainers(
                                new ContainerBuilder()
                                        .withName("a")
                                        .withImage("one")
                                        .build(),
                                new ContainerBuilder()
                                        .withName("b")
                                        .withImage("two")
                                        .build())
                        .endSpec()
                        .build())
                .create();
        var patched = client.pods()
                .inNamespace(namespace)
                .withName("p")
                .patch(
                        PatchContext.of(PatchType.STRATEGIC_MERGE),
                        "{\"spec\":{\"containers\":[{\"name\":\"b\",\"image\":\"three\"}]}}");
        assertThat(patched.getSpec().getContainers()).extracting("image").containsExactly("one", "three");
    }

    @Test
    void mergePatchRemovesByNull() {
        client.resource(map("a", Map.of("k", "v", "l", "w"))).create();
        ConfigMap patched = client.configMaps()
                .inNamespace(namespace)
                .withName("a")
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"data\":{\"k\":null}}");
        assertThat(patched.getData()).isEqualTo(Map.of("l", "w"));
    }

    private ConfigMap map(String name, Map<String, String> data) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .endMetadata()
                .withData(data)
                .build();
    }

    private static int codeOf(ThrowingCallable call) {
        return catchThrowableOfType(KubernetesClientException.class, call).getCode();
    }
}
