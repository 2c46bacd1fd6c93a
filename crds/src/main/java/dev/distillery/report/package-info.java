/**
 * What a trainer tells the operator: progress while it runs ({@link dev.distillery.report.ProgressReport}, pushed), one
 * {@link dev.distillery.report.RunReport} at the end (the pod's termination message, at most 4,096 bytes), and an {@link
 * dev.distillery.report.ExitCode}.
 */
package dev.distillery.report;
