/**
 * The third rendering of a network: plain DJL blocks, differentiated by DJL. Slower and FP32 only, but each operation is
 * one block that somebody else wrote, so the TorchScript that trains and the ONNX that serves are compared with it.
 */
package dev.distillery.trainer.blocks;
