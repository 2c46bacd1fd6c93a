/**
 * The Open Inference Protocol, version 2, over REST: requests to tensors and tensors to answers, as JSON or with the binary
 * tensor extension. Knows no HTTP but one header's name. May import: the JDK, Jackson, {@link dev.distillery.inference}.
 *
 * <p>Source: the protocol's REST specification, <a
 * href="https://github.com/kserve/open-inference-protocol">kserve/open-inference-protocol</a>, and Triton's description of
 * the extension, <a href="https://github.com/triton-inference-server/server">docs/protocol/extension_binary_data.md</a>.
 */
package dev.distillery.serving.protocol;
