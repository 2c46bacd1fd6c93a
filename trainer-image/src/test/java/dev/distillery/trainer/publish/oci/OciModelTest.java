package dev.distillery.trainer.publish.oci;

import static dev.distillery.trainer.publish.PublishedFixture.model;
import static dev.distillery.trainer.publish.PublishedFixture.otherModel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distillery.report.Artifact;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.Destination;
import dev.distillery.trainer.publish.ModelVersion;
import dev.distillery.trainer.publish.Patience;
import dev.distillery.trainer.signing.ImageSignature;
import dev.distillery.trainer.signing.SigningFixture;
import dev.distillery.trainer.signing.SigningKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import land.oras.Layer;
import land.oras.Manifest;
import org.junit.jupiter.api.Test;

/** Against a real registry; skipped where docker-registry is not installed. Each test has a namespace of its own. */
class OciModelTest extends RegistryScenario {
    private static final Map<String, String> LOGIN = DockerRegistry.LOGIN;
    private static final Patience NONE = DockerRegistry.NONE;

    @Test
    void aVersionIsAnImageWithTheRepositoryBelowModels() throws IOException {
        ModelVersion model = model("run-1", null);
        Artifact artifact = registry.publish("layout", model);
        assertThat(artifact.uri()).isEqualTo("oci://" + registry.address() + "/layout/fashion:1");
        Manifest manifest = registry.manifest("layout", "1");
        assertThat(artifact.digest()).isEqualTo(manifest.getDescriptor().getDigest());
        assertThat(registry.manifest("layout", "latest").getDescriptor().getDigest())
                .isEqualTo(artifact.digest());
        assertThat(manifest.getAnnotations())
                .containsEntry("dev.distillery.run", "run-1")
                .containsEntry("dev.distillery.onnx.sha256", model.sha256())
                .containsEntry("dev.distillery.top1", "0.9")
                .containsEntry("org.opencontainers.image.version", "1");
        Map<String, byte[]> files = registry.files("layout", manifest);
        assertThat(files)
                .containsEntry("models/fashion/1/model.onnx", model.files().get("model.onnx"));
        assertThat(files).hasSize(model.files().size() + model.modelFiles().size());
        assertThat(files).containsKeys("models/fashion/config.pbtxt", "models/fashion/labels.txt");
    }

    @Test
    void oneRunPublishesOnceAndLatestMovesForwardOnly() {
        Artifact first = registry.publish("once", model("run-1", 5));
        assertThat(registry.publish("once", model("run-2", null)).version()).isEqualTo(6);
        assertThat(registry.publish("once", model("run-1", 5))).isEqualTo(first);
        assertThat(registry.publish("once", model("run-3", 2)).version()).isEqualTo(2);
        assertThat(registry.manifest("once", "latest").getAnnotations())
                .containsEntry("org.opencontainers.image.version", "6");
    }

    @Test
    void afterTheGreatestNumberThereIsNoNext() {
        registry.publish("greatest", model("run-1", 999_999_999));
        refused(
                "greatest",
                LOGIN,
                model("run-2", null),
                "spec.publish.version: got none",
                "999999999",
                "spec.publish.modelName");
        assertThat(registry.publish("greatest", model("run-3", 7)).version()).isEqualTo(7);
    }

    @Test
    void aVersionOfAnotherRunIsNeverOverwritten() {
        String before = registry.publish("taken", model("run-1", 3)).digest();
        refused("taken", LOGIN, model("run-2", 3), "spec.publish.version: got 3", "another run");
        assertThat(registry.manifest("taken", "3").getDescriptor().getDigest()).isEqualTo(before);
    }

    @Test
    void anotherModelOfThatNameIsRefused() {
        registry.publish("other", model("run-1", null));
        refused("other", LOGIN, otherModel("run-2"), "holds another model (labels", "spec.publish.modelName");
        assertThat(registry.tags("other")).containsExactlyInAnyOrder("1", "latest");
    }

    @Test
    void theSignatureLiesThereBeforeTheVersionIsDeclared() throws IOException {
        OciModel place = new OciModel(registry.repository("staged"), false, SigningFixture.key(folder));
        try (Destination.Staged staged = place.stage(model("run-1", null))) {
            assertThat(registry.tags("staged")).singleElement().asString().endsWith(".sig");
            Artifact version = staged.commit();
            String signature = ImageSignature.tag(version.digest());
            assertThat(registry.tags("staged")).containsExactlyInAnyOrder("1", signature);
            place.moveLatest(version);
            assertThat(registry.tags("staged")).containsExactlyInAnyOrder("1", "latest", signature);
        }
    }

    /** As cosign verify looks for it: a tag named after the image's digest, the signature at the payload's layer. */
    @Test
    void theImageIsSignedBeforeItHasItsTag() throws IOException {
        SigningKey key = SigningFixture.key(folder);
        String digest = registry.publish("signed", model("run-1", null), key).digest();
        assertThat(registry.publish("signed", model("run-2", null)).version()).isEqualTo(2);
        String tag = digest.replace(':', '-') + ".sig";
        assertThat(registry.tags("signed")).containsExactlyInAnyOrder("1", "2", "latest", tag);
        Layer layer = registry.manifest("signed", tag).getLayers().get(0);
        assertThat(layer.getMediaType()).isEqualTo("application/vnd.dev.cosign.simplesigning.v1+json");
        byte[] payload = registry.blob("signed", layer);
        assertThat(new String(payload, StandardCharsets.UTF_8))
                .contains("\"docker-manifest-digest\":\"" + digest + "\"")
                .contains("\"docker-reference\":\"" + registry.address() + "/signed/fashion\"");
        assertThat(SigningFixture.publicKey()
                        .verifies(payload, layer.getAnnotations().get("dev.cosignproject.cosign/signature")))
                .isTrue();
    }

    @Test
    void wrongCredentialsAreRefusedAtOnceAndShowNothingOfThem() {
        Map<String, String> wrong = Map.of("username", DockerRegistry.USER, "password", "wrong-password");
        TrainerException e = refused("wrong", wrong, model("run-1", null), "401", "check the credentials");
        assertThat(e.getMessage()).doesNotContain("wrong-password");
    }

    @Test
    void aPullSecretIsAsGood() {
        String auth = Base64.getEncoder()
                .encodeToString((DockerRegistry.USER + ":" + DockerRegistry.PASSWORD).getBytes(StandardCharsets.UTF_8));
        Map<String, String> secret = Map.of(
                ".dockerconfigjson", "{\"auths\": {\"%s\": {\"auth\": \"%s\"}}}".formatted(registry.address(), auth));
        assertThat(DockerRegistry.publish(registry.address(), "pull", secret, NONE, model("run-1", null), null)
                        .version())
                .isEqualTo(1);
        Map<String, String> elsewhere =
                Map.of(".dockerconfigjson", "{\"auths\": {\"registry.example\": {\"auth\": \"" + auth + "\"}}}");
        TrainerException e = catchThrowableOfType(
                TrainerException.class,
                () -> DockerRegistry.publish(registry.address(), "pull", elsewhere, NONE, model("run-2", null), null));
        assertThat(e).hasMessageContainingAll("destinations[0].secretRef", registry.address());
    }

    private static TrainerException refused(
            String namespace, Map<String, String> secret, ModelVersion model, String... parts) {
        TrainerException e = catchThrowableOfType(
                TrainerException.class,
                () -> DockerRegistry.publish(registry.address(), namespace, secret, NONE, model, null));
        assertThat(e.exitCode()).as(e.getMessage()).isEqualTo(ExitCode.PUBLISH_FAILED);
        assertThat(e).hasMessageContainingAll(parts);
        return e;
    }
}
