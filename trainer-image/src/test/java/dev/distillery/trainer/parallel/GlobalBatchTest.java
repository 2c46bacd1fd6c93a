package dev.distillery.trainer.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import org.junit.jupiter.api.Test;

class GlobalBatchTest {
    @Test
    void aProcessAloneHasAllOfIt() {
        GlobalBatch alone = GlobalBatch.of(12, Collective.LOCAL);
        assertThat(alone.share()).isEqualTo(12);
        assertThat(alone.first(3)).isEqualTo(36);
    }

    @Test
    void sharesFollowEachOtherByRank() {
        assertThat(new GlobalBatch(12, 3, 0).first(2)).isEqualTo(24);
        assertThat(new GlobalBatch(12, 3, 1).first(2)).isEqualTo(28);
        assertThat(new GlobalBatch(12, 3, 2).first(2)).isEqualTo(32);
        assertThat(new GlobalBatch(12, 3, 2).share()).isEqualTo(4);
    }

    @Test
    void sharesAreEven() {
        assertThatThrownBy(() -> new GlobalBatch(65, 2, 0))
                .hasMessage("spec.training.batchSize: got 65, expected a multiple of the 2 processes that share it")
                .isInstanceOfSatisfying(
                        TrainerException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.INVALID_RECIPE));
    }
}
