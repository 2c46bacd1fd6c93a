/**
 * Job controller, scheduler and kubelet in small: each pod is one local process, started from the command that its
 * image stands for. It is a client of the Kubernetes API like any other; it may not import the store or the API server.
 *
 * <p>Left out of what Kubernetes does: containers and their isolation, more than one container in a pod, restarts
 * inside a pod ({@code OnFailure} and {@code Always} act as {@code Never}; a Job retries with new pods), probes,
 * lifecycle hooks, indexed completions, and limits on CPU and memory.
 */
package dev.distillery.embedded.runner;
