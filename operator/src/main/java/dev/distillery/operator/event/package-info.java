/** Kubernetes Events: what happened to a recipe, for {@code kubectl describe}. */
package dev.distillery.operator.event;
