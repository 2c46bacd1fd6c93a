/**
 * Networks as data: one typed graph per architecture, from which the TorchScript that trains, the ONNX that serves and, in
 * the tests, plain DJL blocks are rendered. A new family touches this room only. Imports nothing of the trainer but the
 * recipe's names.
 */
package dev.distillery.trainer.network;
