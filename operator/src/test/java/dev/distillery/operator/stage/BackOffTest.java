package dev.distillery.operator.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackOffTest {
    @Test
    void thePauseBetweenAttemptsDoublesToALimit() {
        BackOff backOff = new BackOff(Duration.ofSeconds(10), Duration.ofMinutes(10));
        assertThat(backOff.after(1)).isEqualTo(Duration.ofSeconds(10));
        assertThat(backOff.after(4)).isEqualTo(Duration.ofSeconds(80));
        assertThat(backOff.after(7)).isEqualTo(Duration.ofMinutes(10));
        assertThat(backOff.after(101)).isEqualTo(Duration.ofMinutes(10));
    }
}
