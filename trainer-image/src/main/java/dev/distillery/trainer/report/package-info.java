/**
 * What the trainer says about itself: progress pushed to the operator while it runs, one termination message at the end,
 * and the speed and time left that progress needs. Nothing here can stop or slow training.
 *
 * <p>May import: the JDK (its HTTP client too), SLF4J and {@code dev.distillery.report} of the crds module.
 */
package dev.distillery.trainer.report;
