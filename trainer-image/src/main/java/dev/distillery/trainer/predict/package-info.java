/**
 * The {@code predict} command: a published model, some pictures, the most likely classes. It sees a model as a server
 * sees it, through the ONNX file alone.
 *
 * <p>May import: the JDK, {@link dev.distillery.trainer.image}, {@code ai.onnxruntime}, DJL's engine only to load the native runtime, Jackson,
 * {@code dev.distillery.report} and {@link dev.distillery.trainer.TrainerException}. Nothing else of the trainer.
 */
package dev.distillery.trainer.predict;
