/**
 * The rules of a CustomResourceDefinition in the Common Expression Language ({@code x-kubernetes-validations}), as an API
 * server applies them: here to what is written to the embedded cluster, and in the command line to a recipe on disk.
 */
package dev.distillery.embedded.cel;
