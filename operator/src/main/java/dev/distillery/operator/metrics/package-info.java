/**
 * What the operator tells of itself: meters of recipes, pods and API calls, and whether its reconciliations move on. Names
 * and meanings are in {@code docs/metrics.md}.
 */
package dev.distillery.operator.metrics;
