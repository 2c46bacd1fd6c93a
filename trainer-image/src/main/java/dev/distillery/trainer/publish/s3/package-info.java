/**
 * {@code s3://}: a model repository in a bucket, for Triton and KServe to read.
 *
 * <pre>
 * &lt;prefix&gt;/&lt;modelName&gt;/.claims/&lt;version&gt;     first: the id of the run whose number it is
 *                     /config.pbtxt, labels.txt
 *                     /&lt;version&gt;/model.onnx      first in its folder, complete: parts of an upload are seen by nobody
 *                               /…
 *                               /SHA256SUMS      last: names all files and their digests; with it, the version is whole
 *                     /latest.json
 * </pre>
 *
 * <p>May import: the AWS SDK, Jackson, SLF4J, the room around it.
 */
package dev.distillery.trainer.publish.s3;
