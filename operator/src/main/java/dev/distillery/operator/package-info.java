/**
 * The operator: watches TrainingRecipes, runs their stages as Jobs, and projects what happens into their status.
 *
 * <p>{@code stage} says what the cluster should hold for a stage, {@code progress} hears running trainers, {@code status}
 * computes the status from what was observed, {@code event} tells people, {@code metrics} machines, {@code queue} reads Kueue,
 * {@code serving} hands a published model to KServe;
 * {@code cache} keeps small what is watched; {@code tls} and {@code leader} are for an operator of several replicas. Only this package ties them together.
 */
package dev.distillery.operator;
