package dev.distillery.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RestartsTest {
    @Test
    void wholeCyclesEndAfterWarmUpAndAddUp() {
        Tricks.Restarts doubling = new Tricks.Restarts(5, 2, true);
        assertThat(doubling.cycleEnds(1, 36)).containsExactly(6, 16, 36);
        assertThat(doubling.cycleEnds(1, 35)).containsExactly(6, 16);
        assertThat(doubling.cycleEnds(0, 4)).isEmpty();
        assertThat(new Tricks.Restarts(3, 1, true).cycleEnds(2, 12)).containsExactly(5, 8, 11);
    }
}
