package dev.distillery.trainer.publish.oci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.trainer.publish.Authority;
import dev.distillery.trainer.publish.Credentials;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** A name and a password, from a Secret of type {@code kubernetes.io/basic-auth} or {@code …/dockerconfigjson}. */
record RegistryLogin(String username, String password) {
    private static final String CONFIG = ".dockerconfigjson";

    /** @return empty if the recipe names no Secret, or one that holds an authority only */
    static Optional<RegistryLogin> of(String host, Credentials credentials) {
        if (!credentials.named() || credentials.holdsOnly(Authority.KEY)) {
            return Optional.empty();
        }
        Optional<String> username = credentials.find("username");
        if (username.isPresent()) {
            return Optional.of(new RegistryLogin(username.get(), credentials.require("password")));
        }
        String config =
                credentials.find(CONFIG).orElseThrow(() -> credentials.missing("username and password, or " + CONFIG));
        return Optional.of(
                find(host, config).orElseThrow(() -> credentials.missing(CONFIG + " with auths for " + host)));
    }

    private static Optional<RegistryLogin> find(String host, String config) {
        try {
            JsonNode auths = new ObjectMapper().readTree(config).path("auths");
            for (String key : new String[] {host, "https://" + host, "http://" + host}) {
                JsonNode entry = auths.path(key);
                if (entry.has("username")) {
                    return Optional.of(new RegistryLogin(
                            entry.path("username").asText(),
                            entry.path("password").asText()));
                }
                String both =
                        new String(Base64.getDecoder().decode(entry.path("auth").asText()), StandardCharsets.UTF_8);
                int colon = both.indexOf(':');
                if (colon > 0) {
                    return Optional.of(new RegistryLogin(both.substring(0, colon), both.substring(colon + 1)));
                }
            }
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            // Not repeated: what cannot be read may be a password.
            return Optional.empty();
        }
    }

    /** Without the password, wherever this is printed. */
    @Override
    public String toString() {
        return username;
    }
}
