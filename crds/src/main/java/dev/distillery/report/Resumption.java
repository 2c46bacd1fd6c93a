package dev.distillery.report;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * How a stage hangs together with the processes before and after it.
 *
 * @param pod the pod that says so; null outside a cluster
 * @param resumedFromStep the step at which this process went on from a checkpoint; 0 if it began at the start
 * @param checkpointStep the step of the newest checkpoint, this process's or the one that it went on from; null if there is
 *     none
 * @param checkpointTime when this process wrote it, RFC 3339; null if it did not
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Resumption(String pod, long resumedFromStep, Long checkpointStep, String checkpointTime) {}
