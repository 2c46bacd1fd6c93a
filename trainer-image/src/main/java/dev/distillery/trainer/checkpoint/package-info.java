/** Trained values on disk: the safetensors format, and the teachers that the workspace keeps for later recipes. */
package dev.distillery.trainer.checkpoint;
