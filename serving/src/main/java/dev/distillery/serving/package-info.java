/**
 * {@code distillery serve}: one published model over HTTP, for programs by the Open Inference Protocol (v2, REST), for
 * people as a page that takes a picture.
 *
 * <p>{@code protocol} knows the bytes of requests and answers, {@code batch} brings requests together for ONNX Runtime,
 * {@code http} is the routes. Only this package ties them together.
 *
 * <p>May import: {@link dev.distillery.inference}, Quarkus, Micrometer, and of {@code crds} the exit codes. Never DJL,
 * never Kubernetes.
 */
package dev.distillery.serving;
