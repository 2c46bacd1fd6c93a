/**
 * The {@code verify} command: is a published version what was published, and by whom. The {@code pull} command: bring it here
 * if it is. {@link dev.distillery.trainer.publish.VersionContent} is the seam: one class for each kind of place that a version
 * lies in.
 *
 * <p>May import: the JDK, {@link dev.distillery.trainer.publish}, {@link dev.distillery.trainer.signing}, the
 * exit codes and {@link dev.distillery.trainer.TrainerException}.
 */
package dev.distillery.trainer.verify;
