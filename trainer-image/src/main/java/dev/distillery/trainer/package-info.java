/**
 * The trainer: one process per stage of a recipe. {@link dev.distillery.trainer.Main} is the door, {@link
 * dev.distillery.trainer.stage} the way through, and {@link dev.distillery.trainer.stage.Assembler} the one class that
 * knows all tricks. Rooms in the order of the data: {@code data}, {@code augment}, {@code network}, {@code loss}, {@code
 * optimizer}, {@code schedule}, {@code precision}, {@code torchscript}, {@code loop}, {@code metrics}, {@code checkpoint},
 * {@code export}, {@code gate}, {@code publish}, {@code report}. Rooms define seams, {@code tricks} implement them, and
 * no room imports a trick.
 */
package dev.distillery.trainer;
