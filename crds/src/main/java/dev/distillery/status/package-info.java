/** The recipe's {@code status}: projected by the operator in one place, read by people, pipelines and the command line. */
package dev.distillery.status;
