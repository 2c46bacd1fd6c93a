/**
 * The command line. One command is one class ({@code …Command}); what they share: {@link dev.distillery.cli.RecipeFile}
 * (a recipe as the user wrote it, overridden, paths resolved), {@link dev.distillery.cli.Preflight} (what can be known to
 * fail before anything is started), {@link dev.distillery.cli.LocalCluster} (embedded cluster and operator) and {@link
 * dev.distillery.cli.RecipeFollower} with its two {@link dev.distillery.cli.ProgressView}s.
 *
 * <p>It knows the schema and the embedded cluster. The operator, the trainer and the server are other processes, started as they
 * ship; nothing of them is on this class path.
 */
package dev.distillery.cli;
