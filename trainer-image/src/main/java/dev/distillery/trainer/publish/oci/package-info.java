/**
 * {@code oci://}: an image of nothing but the model, for clusters to mount, or a ModelPack of it; one tag per version and
 * {@code latest}. The paths are the same in both.
 *
 * <pre>
 * /models/&lt;modelName&gt;/config.pbtxt, labels.txt
 *                     /&lt;version&gt;/model.onnx, …
 * </pre>
 *
 * <p>The same version of the same student gives the same digest. May import: the ORAS SDK, Commons Compress,
 * Jackson, SLF4J, the room around it.
 */
package dev.distillery.trainer.publish.oci;
