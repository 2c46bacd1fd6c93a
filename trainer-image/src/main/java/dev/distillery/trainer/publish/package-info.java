/**
 * Puts a student into model repositories, laid out as Triton and KServe want it, with all that belongs to it beside it.
 *
 * <pre>
 * &lt;destination&gt;/&lt;modelName&gt;/config.pbtxt, labels.txt
 *                          /&lt;version&gt;/model.onnx, labels.txt, model-card.md, report.json, recipe.json,
 *                                     learning-curve.png, learning-curve.svg
 * </pre>
 *
 * <p>A version appears whole or not at all (written aside, synced, renamed), is never overwritten, and one run publishes
 * once however often it tries. {@code s3} and {@code oci} are destinations of their own. Apart from the picture, the same bundle gives the same bytes.
 *
 * <p>May import: the JDK (AWT too), Jackson, XChart and VectorGraphics2D, SLF4J, the crds module, {@link
 * dev.distillery.trainer.TrainerException}, and of {@link dev.distillery.trainer.data} the location of URIs. Never DJL.
 */
package dev.distillery.trainer.publish;
