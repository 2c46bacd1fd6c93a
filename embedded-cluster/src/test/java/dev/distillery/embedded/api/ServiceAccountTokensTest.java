package dev.distillery.embedded.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distillery.embedded.store.DeleteOptions;
import dev.distillery.embedded.store.Json;
import dev.distillery.embedded.store.Metadata;
import dev.distillery.embedded.store.ObjectStore;
import dev.distillery.embedded.store.ObjectWriter;
import dev.distillery.embedded.store.ResourceTypes;
import dev.distillery.embedded.store.StatusException;
import dev.distillery.embedded.store.WriteOptions;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServiceAccountTokensTest {
    private static final String AUDIENCE = "progress";
    private static final String POD =
            "{apiVersion: v1, kind: Pod, metadata: {name: trainer}, spec: {containers: [{name: c, image: i}]}}";

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    };
    private final ResourceTypes types = new ResourceTypes();
    private final ObjectStore store = new ObjectStore(1, 100);
    private final ObjectWriter writer = new ObjectWriter(store, types, clock);
    private final ServiceAccountTokens tokens = new ServiceAccountTokens(store, types, clock);
    private String podUid;

    @BeforeEach
    void makeAccountAndPod() {
        create("namespaces", "", "{apiVersion: v1, kind: Namespace, metadata: {name: vision}}");
        create("serviceaccounts", "vision", "{apiVersion: v1, kind: ServiceAccount, metadata: {name: default}}");
        podUid = Metadata.uid(create("pods", "vision", POD));
    }

    @Test
    void aPodsTokenSaysWhichPodHoldsIt() {
        JsonNode status = review(issue(600), AUDIENCE);
        assertThat(status.path("authenticated").asBoolean()).isTrue();
        assertThat(status.path("audiences"))
                .isEqualTo(Json.object().putArray("audiences").add(AUDIENCE));
        JsonNode user = status.path("user");
        assertThat(user.path("username").asText()).isEqualTo("system:serviceaccount:vision:default");
        assertThat(user.path("extra")
                        .path("authentication.kubernetes.io/pod-name")
                        .path(0)
                        .asText())
                .isEqualTo("trainer");
        assertThat(user.path("extra")
                        .path("authentication.kubernetes.io/pod-uid")
                        .path(0)
                        .asText())
                .isEqualTo(podUid);
    }

    @Test
    void isGoodForItsAudienceOnly() {
        String token = issue(600);
        assertThat(isAuthenticated(token, "another")).isFalse();
        assertThat(review(token, null).path("authenticated").asBoolean()).isFalse();
    }

    @Test
    void endsWithItsTime() {
        String token = issue(600);
        now = now.plus(Duration.ofSeconds(599));
        assertThat(isAuthenticated(token, AUDIENCE)).isTrue();
        now = now.plus(Duration.ofSeconds(1));
        assertThat(isAuthenticated(token, AUDIENCE)).isFalse();
    }

    @Test
    void endsWithItsPod() {
        String token = issue(600);
        var pods = types.find("", "v1", "pods").orElseThrow();
        writer.delete(
                pods,
                pods.key("vision", "trainer"),
                new DeleteOptions(Optional.empty(), Optional.of(0L), "", "", false));
        create("pods", "vision", POD);
        assertThat(isAuthenticated(token, AUDIENCE)).isFalse();
    }

    @Test
    void aChangedTokenIsNone() {
        String token = issue(600);
        String[] parts = token.split("\\.");
        assertThat(isAuthenticated(parts[0] + "." + parts[1] + "x." + parts[2], AUDIENCE))
                .isFalse();
        assertThat(isAuthenticated("no token", AUDIENCE)).isFalse();
        assertThat(isAuthenticated("", AUDIENCE)).isFalse();
        String another = new JsonWebToken().sign(Json.object().put("sub", "x"));
        assertThat(isAuthenticated(another, AUDIENCE)).isFalse();
    }

    @Test
    void refusesWhatKubernetesRefuses() {
        assertThatThrownBy(() -> issue(599)).isInstanceOf(StatusException.class).hasMessageContaining("10 minutes");
        assertThatThrownBy(() -> tokens.issue("vision", "absent", request(600)))
                .hasMessage("serviceaccounts \"absent\" not found");
        ObjectNode ofAnother = request(600);
        ofAnother
                .withObjectProperty("spec")
                .withObjectProperty("boundObjectRef")
                .put("uid", "another");
        assertThatThrownBy(() -> tokens.issue("vision", "default", ofAnother)).hasMessageContaining("does not match");
    }

    private String issue(long seconds) {
        return tokens.issue("vision", "default", request(seconds))
                .path("status")
                .path("token")
                .asText();
    }

    private static ObjectNode request(long seconds) {
        ObjectNode request = Json.object();
        ObjectNode spec = request.putObject("spec").put("expirationSeconds", seconds);
        spec.putArray("audiences").add(AUDIENCE);
        spec.putObject("boundObjectRef")
                .put("kind", "Pod")
                .put("apiVersion", "v1")
                .put("name", "trainer");
        return request;
    }

    private boolean isAuthenticated(String token, String audience) {
        return review(token, audience).path("authenticated").asBoolean();
    }

    private JsonNode review(String token, String audience) {
        ObjectNode review = Json.object();
        ObjectNode spec = review.putObject("spec").put("token", token);
        if (audience != null) {
            spec.putArray("audiences").add(audience);
        }
        return tokens.review(review).path("status");
    }

    private ObjectNode create(String plural, String namespace, String yaml) {
        var type = types.find("", "v1", plural).orElseThrow();
        return writer.create(
                type,
                namespace,
                (ObjectNode) Json.parseYaml(yaml.getBytes(StandardCharsets.UTF_8)),
                WriteOptions.by("test"));
    }
}
