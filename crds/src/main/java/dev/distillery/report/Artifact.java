package dev.distillery.report;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * A published version.
 *
 * @param uri of the version's folder or image
 * @param sha256 of {@code model.onnx}, lower-case hex
 * @param digest of the image's manifest, {@code sha256:…}; null where the version is a folder
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Artifact(String uri, int version, String sha256, String digest) {}
