package dev.distillery.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.augment.Augmentation;
import dev.distillery.trainer.parallel.Collective;
import dev.distillery.trainer.parallel.GlobalBatch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingBatchesTest {
    private static final long SEED = 5;
    private static final int COUNT = 103;

    private final LabelledImages images = numbered(COUNT);

    @Test
    void anEpochIsAPermutationWithoutTheRest() {
        List<Integer> seen = labels(batches(10), 0);
        assertThat(seen).hasSize(100).doesNotHaveDuplicates();
        assertThat(seen).isNotEqualTo(seen.stream().sorted().toList());
    }

    @Test
    void orderDependsOnSeedAndEpochOnly() {
        TrainingBatches batches = batches(10);
        List<Integer> first = labels(batches, 0);
        List<Integer> second = labels(batches, 1);
        assertThat(second).isNotEqualTo(first);
        assertThat(labels(batches, 0)).isEqualTo(first);
        assertThat(labels(batches(20), 0)).isEqualTo(first);
        TrainingBatches otherSeed = new TrainingBatches(
                images, images.trainingView(identity()), GlobalBatch.of(10, Collective.LOCAL), SEED + 1);
        assertThat(labels(otherSeed, 0)).isNotEqualTo(first);
    }

    @Test
    void eachPlaceOfTheOrderIsEquallyLikely() {
        int[] timesFirst = new int[8];
        for (int epoch = 0; epoch < 8000; epoch++) {
            timesFirst[EpochOrder.of(SEED, epoch, 8)[0]]++;
        }
        // five standard deviations of a binomial count with p = 1/8
        assertThat(IntStream.of(timesFirst)).allMatch(times -> Math.abs(times - 1000) < 5 * Math.sqrt(8000 * 7.0 / 64));
    }

    @Test
    void imagesAndLabelsStayTogether() {
        try (TrainingBatches.Epoch epoch = batches(10).epoch(3, 0)) {
            for (Batch batch = epoch.next(); batch != null; batch = epoch.next()) {
                assertThat(batch.images().isDirect()).isTrue();
                assertThat(batch.images().remaining()).isEqualTo(10 * 4);
                assertThat(batch.labels().remaining()).isEqualTo(10 * Long.BYTES);
                for (int i = 0; i < batch.size(); i++) {
                    assertThat(batch.images().get(4 * i) & 0xff)
                            .isEqualTo((int) batch.labels().getLong(8 * i));
                }
                batch.release();
            }
        }
    }

    @Test
    void augmentsByImageAndNotByPlace() {
        Augmentation augmentation = new Augmentation(SEED, 1, true, 2, 2, 1);
        TrainingBatches batches = new TrainingBatches(
                images, images.trainingView(augmentation), GlobalBatch.of(7, Collective.LOCAL), SEED);
        try (TrainingBatches.Epoch epoch = batches.epoch(4, 0)) {
            Batch batch = epoch.next();
            ByteBuffer alone = ByteBuffer.allocateDirect(4);
            for (int i = 0; i < 7; i++) {
                int index = (int) batch.labels().getLong(8 * i);
                augmentation.apply(images.pixels(), images.offset(index), alone, 0, 4, index);
                assertThat(batch.images().slice(4 * i, 4)).isEqualTo(alone);
            }
        }
    }

    @Test
    void anEpochMayGoOnInItsMiddle() {
        List<Integer> whole = labels(batches(10), 2);
        for (int first : new int[] {1, 7, 9, 10}) {
            List<Integer> rest = new ArrayList<>();
            try (TrainingBatches.Epoch epoch = batches(10).epoch(2, first)) {
                for (Batch batch = epoch.next(); batch != null; batch = epoch.next()) {
                    collect(batch, rest);
                }
            }
            assertThat(rest).isEqualTo(whole.subList(10 * first, 100));
        }
        assertThatThrownBy(() -> batches(10).epoch(0, 11)).hasMessage("batch 11 of 10");
    }

    @Test
    void whatIsSkippedIsNotRead() {
        List<Integer> read = Collections.synchronizedList(new ArrayList<>());
        TrainingView counting = (epoch, index, target, offset) -> read.add(index);
        List<Integer> order = labels(batches(10), 1);
        try (TrainingBatches.Epoch epoch =
                new TrainingBatches(images, counting, GlobalBatch.of(10, Collective.LOCAL), SEED, 1).epoch(1, 8)) {
            epoch.next();
            epoch.next();
        }
        assertThat(read).isEqualTo(order.subList(80, 100));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 8})
    void anyNumberOfThreadsGivesTheSameBatches(int threads) {
        TrainingView view = images.trainingView(new Augmentation(SEED, 1, true, 2, 2, 1));
        TrainingBatches one = new TrainingBatches(images, view, GlobalBatch.of(17, Collective.LOCAL), SEED, 1);
        TrainingBatches many = new TrainingBatches(images, view, GlobalBatch.of(17, Collective.LOCAL), SEED, threads);
        for (int number = 0; number < 5; number++) {
            try (TrainingBatches.Epoch expected = one.epoch(number, 0);
                    TrainingBatches.Epoch epoch = many.epoch(number, 0)) {
                for (Batch batch = expected.next(); batch != null; batch = expected.next()) {
                    Batch same = epoch.next();
                    assertThat(same.images()).isEqualTo(batch.images());
                    assertThat(same.labels()).isEqualTo(batch.labels());
                    same.release();
                    batch.release();
                }
                assertThat(epoch.next()).isNull();
            }
        }
    }

    @Test
    void processesYieldTogetherWhatOneYieldsAlone() {
        TrainingView view = images.trainingView(new Augmentation(SEED, 1, true, 2, 2, 1));
        TrainingBatches alone = new TrainingBatches(images, view, GlobalBatch.of(12, Collective.LOCAL), SEED);
        for (int processes : new int[] {2, 3}) {
            int share = 12 / processes;
            for (int rank = 0; rank < processes; rank++) {
                TrainingBatches shard = new TrainingBatches(images, view, new GlobalBatch(12, processes, rank), SEED);
                assertThat(shard.batchesPerEpoch()).isEqualTo(alone.batchesPerEpoch());
                try (TrainingBatches.Epoch all = alone.epoch(1, 2);
                        TrainingBatches.Epoch own = shard.epoch(1, 2)) {
                    for (Batch batch = all.next(); batch != null; batch = all.next()) {
                        Batch part = own.next();
                        assertThat(part.size()).isEqualTo(share);
                        assertThat(part.images()).isEqualTo(batch.images().slice(4 * share * rank, 4 * share));
                        assertThat(part.labels())
                                .isEqualTo(batch.labels()
                                        .slice(Long.BYTES * share * rank, Long.BYTES * share)
                                        .order(ByteOrder.nativeOrder()));
                        part.release();
                        batch.release();
                    }
                    assertThat(own.next()).isNull();
                }
            }
        }
    }

    @Test
    void anImageThatCannotBeReadKeepsItsExitCode() {
        TrainingView failing = (epoch, index, target, offset) -> {
            throw new TrainerException(ExitCode.INVALID_DATA, "photo.jpg: gone");
        };
        try (TrainingBatches.Epoch epoch =
                new TrainingBatches(images, failing, GlobalBatch.of(10, Collective.LOCAL), SEED, 2).epoch(0, 0)) {
            assertThatThrownBy(epoch::next)
                    .isInstanceOfSatisfying(TrainerException.class, e -> assertThat(e.exitCode())
                            .isEqualTo(ExitCode.INVALID_DATA))
                    .hasMessage("photo.jpg: gone");
        }
    }

    @Test
    void closingEarlyStopsTheWorker() {
        TrainingView view = images.trainingView(identity());
        TrainingBatches batches = new TrainingBatches(images, view, GlobalBatch.of(1, Collective.LOCAL), SEED, 3);
        for (int i = 0; i < 3; i++) {
            TrainingBatches.Epoch epoch = batches.epoch(i, 0);
            epoch.next();
            epoch.close();
            epoch.close();
            assertThatThrownBy(epoch::next).hasMessageContaining("closed");
        }
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("training-batches")));
    }

    @Test
    void aWorkersFailureSurfaces() {
        Augmentation tooLarge = new Augmentation(SEED, 0, false, 50, 50, 1);
        try (TrainingBatches.Epoch epoch = new TrainingBatches(
                        images, images.trainingView(tooLarge), GlobalBatch.of(10, Collective.LOCAL), SEED)
                .epoch(2, 0)) {
            assertThatThrownBy(epoch::next)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("epoch 2")
                    .hasCauseInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void forgettingToReleaseIsAnErrorAndNoDeadlock() {
        try (TrainingBatches.Epoch epoch = batches(10).epoch(0, 0)) {
            for (int i = 0; i < TrainingBatches.RING; i++) {
                epoch.next();
            }
            assertThatThrownBy(epoch::next).hasMessageContaining("release");
        }
    }

    @Test
    void interruptionEndsTheWait() {
        try (TrainingBatches.Epoch epoch = batches(10).epoch(0, 0)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(epoch::next).isInstanceOfSatisfying(TrainerException.class, e -> assertThat(e.exitCode())
                    .isEqualTo(ExitCode.INTERRUPTED));
        }
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void refusesABatchLargerThanTheData() {
        assertThatThrownBy(() -> batches(COUNT + 1))
                .isInstanceOfSatisfying(
                        TrainerException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.INVALID_RECIPE))
                .hasMessage("spec.training.batchSize: got 104, expected at most the 103 training images");
    }

    @Test
    void validationKeepsOrderAndEndsWithTheRest() {
        ValidationBatches batches = new ValidationBatches(images, 40);
        for (int round = 0; round < 2; round++) {
            ValidationBatches.Pass pass = batches.pass();
            List<Integer> sizes = new ArrayList<>();
            List<Integer> seen = new ArrayList<>();
            for (Batch batch = pass.next(); batch != null; batch = pass.next()) {
                sizes.add(batch.size());
                assertThat(batch.images().remaining()).isEqualTo(4 * batch.size());
                collect(batch, seen);
            }
            assertThat(sizes).containsExactly(40, 40, 23);
            assertThat(seen).isEqualTo(IntStream.range(0, COUNT).boxed().toList());
        }
    }

    @Test
    void validationLendsOneBatchAtATime() {
        ValidationBatches.Pass pass = new ValidationBatches(images, 1000).pass();
        assertThat(pass.next().size()).isEqualTo(COUNT);
        assertThatThrownBy(pass::next).hasMessageContaining("release");
    }

    private TrainingBatches batches(int batchSize) {
        return new TrainingBatches(
                images, images.trainingView(identity()), GlobalBatch.of(batchSize, Collective.LOCAL), SEED);
    }

    private static Augmentation identity() {
        return new Augmentation(SEED, 0, false, 2, 2, 1);
    }

    private static List<Integer> labels(TrainingBatches batches, int number) {
        List<Integer> seen = new ArrayList<>();
        try (TrainingBatches.Epoch epoch = batches.epoch(number, 0)) {
            for (Batch batch = epoch.next(); batch != null; batch = epoch.next()) {
                collect(batch, seen);
            }
        }
        return seen;
    }

    private static void collect(Batch batch, List<Integer> seen) {
        for (int i = 0; i < batch.size(); i++) {
            seen.add((int) batch.labels().getLong(8 * i));
        }
        batch.release();
    }

    /** Image i has label i and its pixels are i, i + 1, i + 2, i + 3. */
    private static LabelledImages numbered(int count) {
        byte[] pixels = new byte[4 * count];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i / 4 + i % 4);
        }
        return new LabelledImages(2, 2, 1, pixels, IntStream.range(0, count).toArray());
    }
}
