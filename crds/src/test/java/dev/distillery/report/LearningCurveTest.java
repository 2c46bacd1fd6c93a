package dev.distillery.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LearningCurveTest {
    @Test
    void aShortSeriesStaysWhole() {
        assertThat(LearningCurve.thin(points(64), 64)).isEqualTo(points(64));
        assertThat(LearningCurve.thin(List.of(), 64)).isEmpty();
    }

    @Test
    void aLongSeriesIsThinnedEvenlyAndKeepsTheLast() {
        assertThat(LearningCurve.thin(points(10), 5))
                .extracting(CurvePoint::epoch)
                .containsExactly(2, 4, 6, 8, 10);
        assertThat(LearningCurve.thin(points(7), 3))
                .extracting(CurvePoint::epoch)
                .containsExactly(2, 4, 7);
    }

    @Test
    void noPointIsKeptTwice() {
        for (int size = 65; size < 200; size++) {
            List<CurvePoint> thinned = LearningCurve.thin(points(size), 64);
            assertThat(thinned).hasSize(64).doesNotHaveDuplicates();
            assertThat(thinned.get(63).epoch()).isEqualTo(size);
        }
    }

    @Test
    void oneIsTheLast() {
        assertThat(LearningCurve.thin(points(9), 1))
                .extracting(CurvePoint::epoch)
                .containsExactly(9);
    }

    private static List<CurvePoint> points(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(epoch -> new CurvePoint(Stage.STUDENT, epoch, 1.0 / epoch, 0.5, 0.1))
                .toList();
    }
}
