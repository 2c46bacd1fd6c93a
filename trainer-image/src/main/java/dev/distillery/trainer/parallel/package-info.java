/**
 * One training in several processes: who takes part, what they agree on, and which images of a step are whose. There is
 * one form, {@link dev.distillery.trainer.parallel.Collective#LOCAL}: a process alone.
 */
package dev.distillery.trainer.parallel;
