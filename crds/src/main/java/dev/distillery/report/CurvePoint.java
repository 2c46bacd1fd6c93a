package dev.distillery.report;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * One point of a learning curve, taken at the end of an epoch.
 *
 * @param stage {@code Teacher} or {@code Student}
 * @param epoch epochs finished, from 1
 * @param loss mean training loss of the epoch
 * @param top1 share of validation images classified right, 0 to 1
 * @param learningRate at the epoch's last step
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CurvePoint(Stage stage, int epoch, double loss, double top1, double learningRate) {}
