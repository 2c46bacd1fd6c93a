/**
 * A stage in the cluster: one Job for each attempt, with its recipe in a ConfigMap, and the claim that teachers lie on. One kind, one class, each with a pure {@code desired}. Names are content hashes, so nothing is ever changed in
 * place but a Job's {@code suspend} and who owns it.
 */
package dev.distillery.operator.stage;
