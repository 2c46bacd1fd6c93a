/**
 * A published model as an inference service of KServe: what the cluster should hold, and whether it serves. Knows no
 * training. May import: Fabric8, the crds module.
 *
 * <p>Source: KServe's API {@code serving.kserve.io/v1beta1}, release 0.20, <a
 * href="https://github.com/kserve/kserve">config/crd/full/serving.kserve.io_inferenceservices.yaml</a>.
 */
package dev.distillery.operator.serving;
