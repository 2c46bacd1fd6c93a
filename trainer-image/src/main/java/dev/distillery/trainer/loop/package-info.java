/** The training loop: epochs over batches, a step each, validation after each epoch. Knows stages, never tricks. */
package dev.distillery.trainer.loop;
