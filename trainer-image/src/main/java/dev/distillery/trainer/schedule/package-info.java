/**
 * Learning rates by optimizer step. A schedule is a pure function of the step; tricks wrap and replace it.
 */
package dev.distillery.trainer.schedule;
