/**
 * A published model as a service sees it: found in its folder, loaded by ONNX Runtime, asked with pixels; and how a picture
 * becomes those pixels. All that is needed beside the graph stands in the file's metadata.
 *
 * <p>May import: the JDK, {@link dev.distillery.image}, {@code ai.onnxruntime}, Jackson's annotations.
 */
package dev.distillery.inference;
