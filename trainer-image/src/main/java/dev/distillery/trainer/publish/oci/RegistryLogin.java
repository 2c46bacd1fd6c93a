package dev.distillery.trainer.publish.oci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.distillery.trainer.publish.Authority;
import dev.distillery.trainer.publish.Credentials;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/** A name and a password, from a Secret of type {@code kubernetes.io/basic-auth} or {@code …/dockerconfigjson}. */
record RegistryLogin(String username, String password) {
    private static final String CONFIG = ".dockerconfigjson";

    /**
     * @param repository registry and path
     * @return empty if the recipe names no Secret, or one that holds an authority only
     */
    static Optional<RegistryLogin> of(String repository, Credentials credentials) {
        if (!credentials.named() || credentials.holdsOnly(Authority.KEY)) {
            return Optional.empty();
        }
        Optional<String> username = credentials.find("username");
        if (username.isPresent()) {
            return Optional.of(new RegistryLogin(username.get(), credentials.require("password")));
        }
        String config =
                credentials.find(CONFIG).orElseThrow(() -> credentials.missing("username and password, or " + CONFIG));
        Map.Entry<String, JsonNode> entry = entry(normalised(repository), auths(config))
                .orElseThrow(() -> credentials.missing(CONFIG + " with auths for " + repository));
        return Optional.of(login(entry.getValue())
                .orElseThrow(() -> credentials.missing(CONFIG + " with username and password, or auth of both, for "
                        + entry.getKey()
                        + (entry.getValue().has("identitytoken") ? " instead of an identity token" : ""))));
    }

    /** The longest key that the repository begins with, in whole elements of its path; see containers-auth.json(5). */
    private static Optional<Map.Entry<String, JsonNode>> entry(String repository, JsonNode auths) {
        return auths.properties().stream()
                .filter(entry -> (repository + "/").startsWith(normalised(entry.getKey()) + "/"))
                .max(Comparator.comparing(entry -> normalised(entry.getKey()).length()));
    }

    /** Docker writes URLs of its API, and has several names for its Hub, as Kubernetes knows, too. */
    private static String normalised(String name) {
        return name.replaceFirst("^https?://", "")
                .replaceFirst("^([^/]+)/v[12](?=/|$)", "$1")
                .replaceFirst("/+$", "")
                .replaceFirst("^(index|registry-1)\\.docker\\.io(?=/|$)", "docker.io");
    }

    /** What cannot be read has no entries; it is not repeated, for it may be a password. */
    private static JsonNode auths(String config) {
        try {
            return new ObjectMapper().readTree(config).path("auths");
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    private static Optional<RegistryLogin> login(JsonNode entry) {
        String username = entry.path("username").asText();
        String password = entry.path("password").asText();
        if (username.isEmpty()) {
            String both = decoded(entry.path("auth").asText());
            int colon = both.indexOf(':');
            username = both.substring(0, Math.max(0, colon));
            password = both.substring(colon + 1);
        }
        return username.isEmpty() || password.isEmpty()
                ? Optional.empty()
                : Optional.of(new RegistryLogin(username, password));
    }

    private static String decoded(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /** Without the password, wherever this is printed. */
    @Override
    public String toString() {
        return username;
    }
}
