package dev.distillery.trainer.publish.oci;

import static dev.distillery.trainer.publish.PublishedFixture.signed;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.recipe.Publish;
import dev.distillery.recipe.Publish.Destination.Format;
import dev.distillery.report.Artifact;
import dev.distillery.trainer.publish.Credentials;
import dev.distillery.trainer.publish.ModelVersion;
import dev.distillery.trainer.signing.SigningFixture;
import dev.distillery.trainer.signing.SigningKey;
import dev.distillery.trainer.verify.Verification;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against a real registry; skipped where docker-registry is not installed. */
class ModelPackTest extends RegistryScenario {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static SigningKey key;

    @BeforeAll
    static void makeKey() throws IOException {
        key = SigningFixture.key(folder);
    }

    @Test
    void eachFileIsALayerWithItsPathAndItsKind() throws IOException {
        ModelVersion model = signed("run-1", key);
        Artifact artifact = publish("layers", model);
        JsonNode manifest = manifest("layers", "1");
        assertThat(artifact.digest())
                .isEqualTo(OciArtifact.digest(registry.repository("layers")
                        .manifest("1")
                        .orElseThrow()
                        .manifest()));
        assertThat(manifest.get("artifactType").asText()).isEqualTo("application/vnd.cncf.model.manifest.v1+json");
        Map<String, String> kinds = new TreeMap<>();
        for (JsonNode layer : manifest.get("layers")) {
            String path = layer.at("/annotations/org.cncf.model.filepath").asText();
            kinds.put(path, layer.get("mediaType").asText());
            if (path.startsWith("models/fashion/1/")) {
                byte[] content =
                        registry.repository("layers").blob(layer.get("digest").asText());
                assertThat(content).isEqualTo(model.files().get(path.substring("models/fashion/1/".length())));
            }
        }
        assertThat(kinds)
                .hasSize(model.files().size() + model.modelFiles().size())
                .containsEntry("models/fashion/1/model.onnx", "application/vnd.cncf.model.weight.v1.raw")
                .containsEntry("models/fashion/1/labels.txt", "application/vnd.cncf.model.weight.config.v1.raw")
                .containsEntry("models/fashion/config.pbtxt", "application/vnd.cncf.model.weight.config.v1.raw")
                .containsEntry("models/fashion/1/model-card.md", "application/vnd.cncf.model.doc.v1.raw");
    }

    @Test
    void theConfigurationDescribesTheModel() throws IOException {
        publish("config", signed("run-1", key));
        JsonNode described = manifest("config", "1").get("config");
        assertThat(described.get("mediaType").asText()).isEqualTo("application/vnd.cncf.model.config.v1+json");
        JsonNode config = JSON.readTree(
                registry.repository("config").blob(described.get("digest").asText()));
        assertThat(config.at("/descriptor/name").asText()).isEqualTo("fashion");
        assertThat(config.at("/descriptor/version").asText()).isEqualTo("1");
        assertThat(config.at("/config/format").asText()).isEqualTo("onnx");
        JsonNode layers = manifest("config", "1").get("layers");
        assertThat(config.at("/modelfs/diffIds"))
                .extracting(JsonNode::asText)
                .containsExactlyElementsOf(layers.findValuesAsText("digest"));
    }

    @Test
    void oneRunPublishesOnceAndTheSameStudentHasTheSameDigest() {
        Artifact first = publish("once", signed("run-1", key));
        assertThat(publish("once", signed("run-1", key))).isEqualTo(first);
        assertThat(publish("again", signed("run-1", key)).digest()).isEqualTo(first.digest());
        assertThat(publish("once", signed("run-2", key)).version()).isEqualTo(2);
    }

    @Test
    void verifyReadsItAndFindsABitThatFlipped() throws IOException {
        ModelVersion model = signed("run-1", key);
        publish("verified", model);
        assertThat(verify().faults()).isEmpty();
        assertThat(verify().files()).isEqualTo(model.files().size() - 2);
        String hex = OciArtifact.digest(model.files().get("labels.txt")).substring("sha256:".length());
        byte[] whole = Files.readAllBytes(registry.blob(hex));
        byte[] flipped = whole.clone();
        flipped[0] ^= 1;
        Files.write(registry.blob(hex), flipped);
        assertThat(verify().faults()).contains("layer sha256:" + hex + ": its content is not what was published");
        Files.write(registry.blob(hex), whole);
    }

    private static Verification verify() throws IOException {
        return Verification.of(OciVersion.in(registry.repository("verified"), "1"), SigningFixture.publicKey());
    }

    private static JsonNode manifest(String namespace, String tag) throws IOException {
        return JSON.readTree(
                registry.repository(namespace).manifest(tag).orElseThrow().manifest());
    }

    private static Artifact publish(String namespace, ModelVersion model) {
        Publish.Destination destination = DockerRegistry.destination(registry.address(), namespace, Format.MODEL_PACK);
        Credentials credentials = DockerRegistry.credentials(destination, DockerRegistry.LOGIN);
        return DockerRegistry.publish(
                OciModel.of(destination, "fashion", credentials, DockerRegistry.NONE, key), model);
    }
}
