/**
 * A real Kubernetes control plane for tests: etcd, API server, controller manager and scheduler as processes on loopback,
 * from the binaries that {@code kubernetes-tools/build} makes. Nothing here ships; other modules use it in their tests.
 */
package dev.distillery.kubernetes;
