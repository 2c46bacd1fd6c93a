/**
 * From a trained network to ONNX, opset 17: batch norm folded into the convolution before it, any batch size, optionally
 * with the preprocessing inside. The same network gives the same bytes.
 */
package dev.distillery.trainer.export;
