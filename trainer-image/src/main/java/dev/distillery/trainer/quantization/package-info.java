/**
 * Post-training quantisation to INT8: the exported ONNX graph, rewritten with QuantizeLinear and DequantizeLinear around
 * each operation (the QDQ form), which ONNX Runtime turns into integer kernels.
 *
 * <p>Weights: int8, symmetric, one scale per output channel. Activations: uint8, asymmetric, one scale per tensor, from
 * what training images give (Wu et al. 2020, "Integer Quantization for Deep Learning Inference", sections 3 and 5: ranges
 * by percentile). Biases: int32. A ReLU after an operation is its result's saturation. The last layer answers in float32.
 *
 * <p>When not: a network that loses more than {@code gate.maxQuantizationDrop}; depthwise networks (MobileNetV2) lose
 * most. A service that wants symmetric activations, such as TensorRT, has to calibrate by itself.
 *
 * <p>May import: the JDK, {@code ai.onnx.proto}, protobuf, {@link dev.distillery.trainer.data}, {@link
 * dev.distillery.trainer.network.Normalization}, {@link dev.distillery.trainer.gate.OnnxModel} to run the model. Never
 * libtorch.
 */
package dev.distillery.trainer.quantization;
