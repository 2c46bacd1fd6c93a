package dev.distillery.report;

/**
 * A published version.
 *
 * @param uri of the version's folder
 * @param sha256 of {@code model.onnx}, lower-case hex
 */
public record Artifact(String uri, int version, String sha256) {}
