package dev.distillery.trainer.checkpoint;

import dev.distillery.report.CurvePoint;
import dev.distillery.trainer.network.Weights;
import java.util.List;

/**
 * A trained teacher.
 *
 * @param dataDigest of the data set that it was trained on, see {@code DataSet.digest}
 * @param top1 on the validation images after the last epoch
 */
public record Teacher(Weights weights, String dataDigest, double top1, List<CurvePoint> learningCurve) {}
