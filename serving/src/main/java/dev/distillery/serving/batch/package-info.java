/**
 * Brings requests that wait at the same time together into one inference. May import: {@link dev.distillery.inference},
 * Micrometer.
 */
package dev.distillery.serving.batch;
