package dev.distillery.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class EtaClockTest {
    private static final long SECOND = 1_000_000_000L;
    /** A quotient of two sums in double. */
    private static final double ROUNDING = 1e-9;

    private long now = 5;
    private final EtaClock clock = new EtaClock(() -> now, 10_000, 0);

    @Test
    void knowsNothingAtFirst() {
        assertThat(clock.imagesPerSecond()).isZero();
        assertThat(clock.secondsLeft()).isZero();
    }

    @Test
    void aSteadySpeedIsReportedAsItIs() {
        for (int i = 0; i < 20; i++) {
            train(100);
        }
        assertThat(clock.imagesPerSecond()).isCloseTo(100, within(ROUNDING));
        assertThat(clock.secondsLeft()).isBetween(80L, 81L);
    }

    @Test
    void followsAChangeOfSpeedSmoothly() {
        for (int i = 0; i < 20; i++) {
            train(100);
        }
        train(50);
        assertThat(clock.imagesPerSecond()).isBetween(90.0, 99.9);
        for (int i = 0; i < 200; i++) {
            train(50);
        }
        assertThat(clock.imagesPerSecond()).isBetween(50.0, 50.5);
    }

    @Test
    void resumedWorkCountsAsDoneButNotAsFast() {
        EtaClock resumed = new EtaClock(() -> now, 10_000, 9_000);
        now += SECOND;
        resumed.advance(100);
        assertThat(resumed.imagesPerSecond()).isCloseTo(100, within(ROUNDING));
        assertThat(resumed.secondsLeft()).isEqualTo(9);
    }

    @Test
    void neverBelowNothing() {
        for (int i = 0; i < 3; i++) {
            train(9_000);
        }
        assertThat(clock.secondsLeft()).isZero();
    }

    private void train(long images) {
        now += SECOND;
        clock.advance(images);
    }
}
