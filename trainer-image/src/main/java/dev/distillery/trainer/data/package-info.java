/**
 * From files to batches: reads and checks a recipe's data set and hands out batches as direct buffers. IDX images lie in
 * memory as bytes; photographs are the room {@link dev.distillery.trainer.data.folder}.
 *
 * <p>Pixels stay uint8 in (N, H, W, C) order all the way; normalisation happens inside the training step. Every defect of
 * a file ends in one {@link dev.distillery.trainer.TrainerException} before the first step.
 *
 * <p>May import: the JDK, {@code dev.distillery.recipe} and {@code .report}, {@link dev.distillery.trainer.augment},
 * {@link dev.distillery.image}, {@link dev.distillery.trainer.TrainerException}. Never DJL.
 */
package dev.distillery.trainer.data;
