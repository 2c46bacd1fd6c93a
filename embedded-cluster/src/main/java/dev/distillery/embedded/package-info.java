/**
 * A development subset of Kubernetes in one process: an API server on loopback that keeps its objects in memory, and a
 * runner that plays Jobs and pods as local processes. It stands in for a cluster on a laptop and in tests, so that the
 * operator that ships can run there; it is no cluster: no containers, no network, no isolation, no authorization.
 *
 * <p>{@link dev.distillery.embedded.EmbeddedCluster} is the way in. Packages: {@code store} (objects and what may
 * happen to them), {@code api} (HTTP), {@code runner} (Jobs, pods, processes). The runner talks to the server as any
 * Kubernetes client does and shares no state with it.
 */
package dev.distillery.embedded;
