package dev.distillery.operator.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.recipe.TrainingRecipe;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProgressEventSourceTest {
    private static final int TOGETHER = 16;
    /** Much less than it takes until somebody who is never looked at counts as lost. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final ProgressEventSource source = new ProgressEventSource(Duration.ofMillis(1), 1000);
    private final List<ResourceID> woken = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() {
        source.setEventHandler(event -> woken.add(event.getRelatedCustomResourceID()));
        source.start();
        source.reported(IntStream.range(0, TOGETHER + 2)
                .mapToObj(ProgressEventSourceTest::recipe)
                .collect(Collectors.toSet()));
        await(TOGETHER);
    }

    @AfterEach
    void stop() {
        source.stop();
    }

    @Test
    void whoWasLookedAtMakesRoomForTheNext() {
        source.looked(woken.get(0));
        await(TOGETHER + 1);
    }

    @Test
    void whoWasDeletedMakesRoomForTheNext() {
        TrainingRecipe deleted = new TrainingRecipe();
        deleted.setMetadata(new ObjectMetaBuilder()
                .withNamespace("default")
                .withName(woken.get(0).getName())
                .build());
        source.onResourceDeleted(deleted);
        await(TOGETHER + 1);
    }

    private void await(int count) {
        Awaitility.await().atMost(PATIENCE).until(() -> woken.size() >= count);
        assertThat(woken).hasSize(count).doesNotHaveDuplicates();
    }

    private static ResourceID recipe(int i) {
        return new ResourceID("recipe-" + i, "default");
    }
}
