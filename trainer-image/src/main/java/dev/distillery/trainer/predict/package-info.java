/**
 * The {@code predict} command: a published model, some pictures, the most likely classes. It sees a model as a server
 * sees it, through {@link dev.distillery.inference}.
 *
 * <p>May import: the JDK, {@link dev.distillery.inference}, {@link dev.distillery.image}, DJL's engine only to load the
 * native runtime, Jackson, {@code dev.distillery.report} and {@link dev.distillery.trainer.TrainerException}. Nothing else
 * of the trainer.
 */
package dev.distillery.trainer.predict;
