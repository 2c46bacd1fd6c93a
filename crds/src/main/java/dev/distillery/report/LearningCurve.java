package dev.distillery.report;

import java.util.ArrayList;
import java.util.List;

/** Keeps a series short enough for a status. */
public final class LearningCurve {
    /** Points per stage that a status keeps; the whole series lies with the artifact. */
    public static final int MAX_POINTS = 64;

    private LearningCurve() {}

    /** @return at most {@code limit} points, evenly spaced, always with the last */
    public static List<CurvePoint> thin(List<CurvePoint> points, int limit) {
        if (points.size() <= limit) {
            return List.copyOf(points);
        }
        List<CurvePoint> kept = new ArrayList<>(limit);
        for (int i = 0; i < limit; i++) {
            kept.add(points.get((int) ((long) (i + 1) * points.size() / limit) - 1));
        }
        return List.copyOf(kept);
    }
}
