/**
 * Networks as data: one typed graph per architecture, from which the TorchScript that trains and the ONNX that serves are
 * rendered. A new family touches this room only. Imports nothing of the trainer but the recipe's names.
 */
package dev.distillery.trainer.network;
