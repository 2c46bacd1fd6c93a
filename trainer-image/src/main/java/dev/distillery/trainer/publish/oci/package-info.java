/**
 * {@code oci://}: an image of nothing but the model, one tag per version and {@code latest}, for clusters to mount.
 *
 * <pre>
 * /models/&lt;modelName&gt;/config.pbtxt, labels.txt
 *                     /&lt;version&gt;/model.onnx, …
 * </pre>
 *
 * <p>The same version of the same student gives the same image digest. May import: the ORAS SDK, Commons Compress,
 * Jackson, the room around it.
 */
package dev.distillery.trainer.publish.oci;
