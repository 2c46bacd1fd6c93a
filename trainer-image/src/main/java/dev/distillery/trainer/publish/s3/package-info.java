/**
 * {@code s3://}: a model repository in a bucket, for Triton and KServe to read.
 *
 * <pre>
 * &lt;prefix&gt;/&lt;modelName&gt;/config.pbtxt, labels.txt, latest.json
 *                     /&lt;version&gt;/report.json      first: says whose the number is
 *                               /…
 *                               /model.onnx       brought as the parts of an upload, which nobody sees before it is completed
 *                               /SHA256SUMS       last: names all files and their digests; with it, the version is whole
 * </pre>
 *
 * <p>May import: the AWS SDK, Jackson, SLF4J, the room around it.
 */
package dev.distillery.trainer.publish.s3;
