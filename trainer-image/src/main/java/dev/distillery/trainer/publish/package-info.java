/**
 * Puts a student into model repositories, laid out as Triton and KServe want it, with all that belongs to it beside it.
 *
 * <pre>
 * &lt;destination&gt;/&lt;modelName&gt;/config.pbtxt, labels.txt
 *                          /&lt;version&gt;/model.onnx, model-int8.onnx, config.pbtxt, labels.txt, preprocessing.json,
 *                                     model-card.md, report.json, recipe.json, provenance.json,
 *                                     learning-curve.png, learning-curve.svg, SHA256SUMS, SHA256SUMS.sig
 * </pre>
 *
 * <p>A version appears whole or not at all (written aside, synced, renamed), is never overwritten, and one run publishes
 * once however often it tries. Apart from the picture, the same bundle gives the same bytes. {@code s3} and {@code oci} are
 * destinations of their own.
 *
 * <p>May import: the JDK (AWT too), Jackson, XChart and VectorGraphics2D, SLF4J, the crds module, {@link
 * dev.distillery.trainer.TrainerException}, {@link dev.distillery.trainer.signing}, of {@link dev.distillery.trainer.data}
 * the location of URIs and of {@link dev.distillery.trainer.gate} the latencies. Never DJL.
 */
package dev.distillery.trainer.publish;
