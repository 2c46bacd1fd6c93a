/**
 * What the golden tests share: files of reference values (written by {@code src/test/golden/generate.py}), the inputs that
 * belong to them as a formula, and a record of the greatest differences, {@code target/golden-errors.csv}.
 */
package dev.distillery.trainer.golden;
