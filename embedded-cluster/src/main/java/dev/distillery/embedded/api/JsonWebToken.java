package dev.distillery.embedded.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distillery.embedded.store.Json;
import dev.distillery.embedded.store.StatusException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.Optional;

/** Signs and checks JSON Web Tokens (RFC 7519) with ES256 and a key of its own, made anew by each start. */
final class JsonWebToken {
    private static final String ALGORITHM = "SHA256withECDSAinP1363Format";
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final KeyPair keys;
    private final String header = encode(Json.object().put("alg", "ES256").put("typ", "JWT"));

    JsonWebToken() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            this.keys = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("P-256 is in every JDK", e);
        }
    }

    String sign(ObjectNode claims) {
        String content = header + "." + encode(claims);
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(keys.getPrivate());
            signature.update(content.getBytes(StandardCharsets.US_ASCII));
            return content + "." + ENCODER.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(ALGORITHM + " is in every JDK", e);
        }
    }

    /** @return the claims; empty for anything that was not signed here. Says nothing of time or audience. */
    Optional<JsonNode> claims(String token) {
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3 || !parts[0].equals(header)) {
            return Optional.empty();
        }
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(keys.getPublic());
            signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            return signature.verify(Base64.getUrlDecoder().decode(parts[2]))
                    ? Optional.of(Json.parse(Base64.getUrlDecoder().decode(parts[1])))
                    : Optional.empty();
        } catch (GeneralSecurityException | IllegalArgumentException | StatusException e) {
            return Optional.empty();
        }
    }

    private static String encode(ObjectNode json) {
        return ENCODER.encodeToString(json.toString().getBytes(StandardCharsets.UTF_8));
    }
}
