package dev.distillery.operator.status;

import dev.distillery.operator.stage.BackOff;

/**
 * What becomes of an attempt that failed by no fault of the recipe.
 *
 * @param limit attempts that may follow the first
 */
public record RetryAllowance(int limit, BackOff backOff) {}
