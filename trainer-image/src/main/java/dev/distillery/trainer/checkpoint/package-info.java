/**
 * Trained values on disk in the safetensors format: checkpoints of a stage under way, and the teachers that the workspace
 * keeps for later recipes. A file is whole or absent.
 */
package dev.distillery.trainer.checkpoint;
