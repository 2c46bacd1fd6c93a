package dev.distillery.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.checkpoint.Checkpoint;
import dev.distillery.trainer.checkpoint.CheckpointStore;
import dev.distillery.trainer.checkpoint.TrainingState;
import dev.distillery.trainer.metrics.EpochResult;
import dev.distillery.trainer.network.TrainingValues;
import dev.distillery.trainer.network.Weights;
import dev.distillery.trainer.parallel.Collective;
import dev.distillery.trainer.precision.ComputeType;
import dev.distillery.trainer.precision.LossScale;
import dev.distillery.trainer.precision.Precision;
import dev.distillery.trainer.torchscript.LibTorch;
import dev.distillery.trainer.tricks.cosine.CosineDecay;
import dev.distillery.trainer.tricks.mixedprecision.DynamicLossScale;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training that is cut off and continued ends with the bits of one that was not. */
class ResumeTest {
    private static final Duration ALWAYS = Duration.ZERO;
    private static final Duration EPOCH_ENDS_ONLY = Duration.ofDays(1);

    @TempDir
    Path folder;

    private LoopFixture fixture;

    /** What a kill leaves behind: nothing but the checkpoints written before. */
    private static final class Killed extends RuntimeException {}

    @Test
    void fiftyKillsAtRandomStepsChangeNoBit() {
        fixture =
                new LoopFixture(folder, new TrainingPlan.Restarts(0, 0.5), new CosineDecay(0.1, 0, LoopFixture.STEPS));
        Random random = new Random(20261124);
        try (LibTorch torch = LibTorch.start(2, false)) {
            List<EpochResult> curve = new ArrayList<>();
            List<Weights> expected = fixture.loop(torch, "whole", fp16(), recording(EPOCH_ENDS_ONLY, 0, curve))
                    .run()
                    .members();
            int kills = 0;
            for (int training = 0; kills < 50; training++) {
                String name = "killed-" + training;
                List<EpochResult> resumed = new ArrayList<>();
                List<Weights> got = null;
                while (got == null) {
                    int after = 1 + random.nextInt(LoopFixture.STEPS);
                    Duration interval = random.nextBoolean() ? ALWAYS : EPOCH_ENDS_ONLY;
                    resumed.clear();
                    try {
                        got = fixture.loop(torch, name, fp16(), recording(interval, after, resumed))
                                .run()
                                .members();
                    } catch (Killed e) {
                        kills++;
                    }
                }
                assertSameBits(got, expected);
                assertThat(resumed).isEqualTo(curve);
            }
        }
    }

    @Test
    void aCheckpointOfAnotherNetworkCountsAsAbsent() {
        fixture =
                new LoopFixture(folder, new TrainingPlan.Restarts(0, 0.5), new CosineDecay(0.1, 0, LoopFixture.STEPS));
        Weights other = new Weights(Map.of("fc.weight", new float[] {1}));
        new CheckpointStore(folder.resolve("other"), "data", 2)
                .save(new Checkpoint(
                        new TrainingState(0, 1, 0, 6, 0, 0, new LossScale.State(1, 0), List.of(), 0),
                        new TrainingValues(other, Map.of(), other, List.of())));
        try (LibTorch torch = LibTorch.start(2, false)) {
            CheckpointStore store = new CheckpointStore(folder.resolve("other"), "data", 2);
            for (int kills = 1; kills <= 3; kills++) {
                LoopFixture.Hooks killed = recording(ALWAYS, 2, new ArrayList<>());
                assertThatThrownBy(() -> fixture.loop(torch, "other", Precision.full(), killed)
                                .run())
                        .isInstanceOf(Killed.class);
                assertThat(store.newest(any -> true).orElseThrow().state().steps())
                        .isEqualTo(kills);
            }
            List<Weights> got = fixture.loop(torch, "other", Precision.full(), LoopFixture.Hooks.NONE)
                    .run()
                    .members();
            List<Weights> expected = fixture.loop(torch, "none", Precision.full(), LoopFixture.Hooks.NONE)
                    .run()
                    .members();
            assertSameBits(got, expected);
        }
    }

    @Test
    void aStopIsSavedBetweenTwoSteps() {
        fixture =
                new LoopFixture(folder, new TrainingPlan.Restarts(0, 0.5), new CosineDecay(0.1, 0, LoopFixture.STEPS));
        try (LibTorch torch = LibTorch.start(2, false)) {
            LoopFixture.Hooks stop = new LoopFixture.Hooks(EPOCH_ENDS_ONLY, () -> true, new LoopFixture.Silent());
            assertThatThrownBy(() -> fixture.loop(torch, "stopped", Precision.full(), stop)
                            .run())
                    .hasMessageContaining("step 1;")
                    .isInstanceOfSatisfying(TrainerException.class, e -> assertThat(e.exitCode())
                            .isEqualTo(ExitCode.INTERRUPTED));
            CheckpointStore store = new CheckpointStore(folder.resolve("stopped"), "data", 2);
            assertThat(store.newest(any -> true).orElseThrow().state().steps()).isEqualTo(1);
        }
    }

    @Test
    void aStopDuringValidationIsSavedAndGoesOnThere() {
        fixture =
                new LoopFixture(folder, new TrainingPlan.Restarts(0, 0.5), new CosineDecay(0.1, 0, LoopFixture.STEPS));
        try (LibTorch torch = LibTorch.start(2, false)) {
            int[] asked = {0};
            BooleanSupplier afterTheLastStep = () -> ++asked[0] > LoopFixture.BATCHES;
            LoopFixture.Hooks stop = new LoopFixture.Hooks(EPOCH_ENDS_ONLY, afterTheLastStep, new LoopFixture.Silent());
            assertThatThrownBy(() -> fixture.loop(torch, "stopped", Precision.full(), stop)
                            .run())
                    .hasMessageContaining("step " + LoopFixture.BATCHES + ";");
            TrainingState saved = new CheckpointStore(folder.resolve("stopped"), "data", 2)
                    .newest(any -> true)
                    .orElseThrow()
                    .state();
            assertThat(saved.epochs()).isZero();
            assertThat(saved.batches()).isEqualTo(LoopFixture.BATCHES);
            List<Weights> got = fixture.loop(torch, "stopped", Precision.full(), LoopFixture.Hooks.NONE)
                    .run()
                    .members();
            List<Weights> expected = fixture.loop(torch, "whole", Precision.full(), LoopFixture.Hooks.NONE)
                    .run()
                    .members();
            assertSameBits(got, expected);
        }
    }

    @Test
    void processesStopTogetherAndOnlyTheFirstSaves() {
        fixture =
                new LoopFixture(folder, new TrainingPlan.Restarts(0, 0.5), new CosineDecay(0.1, 0, LoopFixture.STEPS));
        try (LibTorch torch = LibTorch.start(2, false)) {
            for (int rank : new int[] {0, 1}) {
                LoopFixture.Hooks stoppedElsewhere = new LoopFixture.Hooks(
                        EPOCH_ENDS_ONLY, () -> false, new LoopFixture.Silent(), new Stopped(rank));
                assertThatThrownBy(() -> fixture.loop(torch, "rank-" + rank, Precision.full(), stoppedElsewhere)
                                .run())
                        .hasMessageContaining("step 1;");
            }
            assertThat(new CheckpointStore(folder.resolve("rank-0"), "data", 2).newest(any -> true))
                    .isPresent();
            assertThat(new CheckpointStore(folder.resolve("rank-1"), "data", 2).newest(any -> true))
                    .isEmpty();
        }
    }

    /** One of two processes; the other one was asked to stop. */
    private record Stopped(int rank) implements Collective {
        @Override
        public int size() {
            return 2;
        }

        @Override
        public boolean any(boolean here) {
            return true;
        }

        @Override
        public double sum(double here) {
            return here;
        }
    }

    @Test
    void aDivergedTrainingStartsAgainAtTheLowerRateThatTheRecipeAllows() {
        double hopeless = 1e12;
        fixture = new LoopFixture(folder, new TrainingPlan.Restarts(1, 1e-13), step -> hopeless);
        LoopFixture calm = new LoopFixture(folder, new TrainingPlan.Restarts(0, 0.5), step -> hopeless * 1e-13);
        try (LibTorch torch = LibTorch.start(2, false)) {
            List<Weights> again = fixture.loop(torch, "again", Precision.full(), LoopFixture.Hooks.NONE)
                    .run()
                    .members();
            List<Weights> expected = calm.loop(torch, "calm", Precision.full(), LoopFixture.Hooks.NONE)
                    .run()
                    .members();
            assertSameBits(again, expected);
        }
    }

    /** Its loss was finite still; and nobody may go on from there. */
    @Test
    void whatTheLastStepOfAnEpochBreaksIsSeenBeforeItIsSaved() {
        fixture = new LoopFixture(
                folder, new TrainingPlan.Restarts(0, 0.5), step -> step == LoopFixture.BATCHES - 1 ? 1e38 : 0.01);
        try (LibTorch torch = LibTorch.start(2, false)) {
            assertThatThrownBy(() -> fixture.loop(torch, "broken", Precision.full(), LoopFixture.Hooks.NONE)
                            .run())
                    .hasMessageContaining("the network answers")
                    .hasMessageContaining("after epoch 1")
                    .isInstanceOf(Divergence.class);
        }
        assertThat(new CheckpointStore(folder.resolve("broken"), "data", 2).newest(any -> true))
                .isEmpty();
    }

    @Test
    void withoutThatChoiceItEndsAndSaysWhy() {
        fixture = new LoopFixture(folder, new TrainingPlan.Restarts(0, 0.5), step -> 1e12);
        try (LibTorch torch = LibTorch.start(2, false)) {
            assertThatThrownBy(() -> fixture.loop(torch, "diverged", Precision.full(), LoopFixture.Hooks.NONE)
                            .run())
                    .hasMessageContaining("expected a finite number")
                    .hasMessageContaining("spec.training.divergence.restarts")
                    .isInstanceOf(Divergence.class);
        }
    }

    /** The scale overflows at first, so that skipped steps are resumed too. */
    private static Precision fp16() {
        DynamicLossScale scale = new DynamicLossScale();
        scale.restore(new DynamicLossScale.State(1e9, 0));
        return new Precision(ComputeType.FP16, scale);
    }

    private static LoopFixture.Hooks recording(Duration interval, int killAfter, List<EpochResult> curve) {
        int[] steps = {0};
        return new LoopFixture.Hooks(interval, () -> false, new LoopFixture.Silent() {
            @Override
            public void started(TrainingState state) {
                curve.addAll(state.results());
            }

            @Override
            public void stepped(int epoch, long step, double loss, int images) {
                if (++steps[0] == killAfter) {
                    throw new Killed();
                }
            }

            @Override
            public void epochEnded(EpochResult result) {
                curve.add(result);
            }
        });
    }

    private static void assertSameBits(List<Weights> got, List<Weights> expected) {
        assertThat(got).hasSize(expected.size());
        for (int i = 0; i < got.size(); i++) {
            for (Map.Entry<String, float[]> value : expected.get(i).values().entrySet()) {
                assertThat(got.get(i).get(value.getKey())).as(value.getKey()).isEqualTo(value.getValue());
            }
        }
    }
}
