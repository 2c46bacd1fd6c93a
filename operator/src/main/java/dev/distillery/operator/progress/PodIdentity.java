package dev.distillery.operator.progress;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Base64;
import java.util.Optional;

/** Which pod speaks. */
public record PodIdentity(String namespace, String name, String uid) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** @return what a service account's token says of itself, which nobody has proved yet; empty if it is none of a pod's */
    static Optional<PodIdentity> claimed(String token) {
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3) {
            return Optional.empty();
        }
        try {
            JsonNode claims =
                    JSON.readTree(Base64.getUrlDecoder().decode(parts[1])).path("kubernetes.io");
            String uid = claims.at("/pod/uid").asText();
            return uid.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new PodIdentity(
                            claims.path("namespace").asText(),
                            claims.at("/pod/name").asText(),
                            uid));
        } catch (IllegalArgumentException | IOException e) {
            return Optional.empty();
        }
    }
}
