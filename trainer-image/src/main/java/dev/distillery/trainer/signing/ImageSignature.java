package dev.distillery.trainer.signing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The signature of an OCI artifact as cosign looks for it: a manifest tagged {@link #tag} in the same repository, with one
 * layer of type {@value #LAYER_TYPE} that holds {@code payload} and has the signature in annotation {@value #ANNOTATION}.
 * Source: cosign's signature specification ({@code specs/SIGNATURE_SPEC.md}); the payload is "simple signing".
 *
 * @param payload the signed bytes; they name the artifact's digest
 * @param signature base64
 */
public record ImageSignature(byte[] payload, String signature) {
    public static final String LAYER_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json";
    public static final String ANNOTATION = "dev.cosignproject.cosign/signature";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /**
     * @param reference of the artifact without tag and digest, e.g. {@code registry.example.com/models/fashion}
     * @param manifestDigest of the artifact's manifest, {@code sha256:} and 64 hex digits
     */
    public static ImageSignature of(SigningKey key, String reference, String manifestDigest) {
        Map<String, Object> critical = new LinkedHashMap<>();
        critical.put("identity", Map.of("docker-reference", reference));
        critical.put("image", Map.of("docker-manifest-digest", manifestDigest));
        critical.put("type", "cosign container image signature");
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("critical", critical);
        document.put("optional", null);
        try {
            byte[] payload = MAPPER.writeValueAsString(document).getBytes(StandardCharsets.UTF_8);
            return new ImageSignature(payload, key.sign(payload));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps of text can be written", e);
        }
    }

    /** @return whether a payload is about the image with this digest */
    public static boolean isOf(byte[] payload, String manifestDigest) {
        try {
            return MAPPER.readTree(payload)
                    .at("/critical/image/docker-manifest-digest")
                    .asText()
                    .equals(manifestDigest);
        } catch (IOException e) {
            return false;
        }
    }

    /** @return under which cosign finds the signature of this digest */
    public static String tag(String manifestDigest) {
        return manifestDigest.replace(':', '-') + ".sig";
    }
}
