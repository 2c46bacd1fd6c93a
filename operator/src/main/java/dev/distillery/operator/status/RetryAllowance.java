package dev.distillery.operator.status;

import dev.distillery.operator.stage.BackOff;

/**
 * What becomes of an attempt that failed by no fault of the recipe.
 *
 * @param limit attempts that may follow the first
 * @param otherLimits whether the attempt had other memory or time than this recipe gives: of one that shares the teacher
 */
public record RetryAllowance(int limit, BackOff backOff, boolean otherLimits) {}
