package dev.distillery.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.recipe.TrainingRecipe;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.timer.TimerEventSource;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class UncaughtExceptionsTest {
    private static final ResourceID RECIPE = new ResourceID("photos", "default");
    private static final long HOUR = 3_600_000;

    /** Where the SDK does so no more, the exception need not be known any more. */
    @Test
    void aLookThatTheSdkPlansForADeletedRecipeIsNoError() throws InterruptedException {
        TimerEventSource<TrainingRecipe> looks = new TimerEventSource<>();
        looks.start();
        AtomicReference<RuntimeException> thrown = new AtomicReference<>();
        Thread planner = new Thread(() -> {
            while (thrown.get() == null && !Thread.currentThread().isInterrupted()) {
                plan(looks).ifPresent(thrown::set);
            }
        });
        planner.start();
        try {
            Awaitility.await().pollInSameThread().until(() -> {
                for (int i = 0; i < 1_000_000 && thrown.get() == null; i++) {
                    looks.cancelOnceSchedule(RECIPE);
                }
                return thrown.get() != null;
            });
        } finally {
            planner.interrupt();
            planner.join();
            looks.stop();
        }

        assertThat(UncaughtExceptions.plansForDeleted(thrown.get())).isTrue();
    }

    /** From then on nothing is planned any more, of any recipe. */
    @Test
    void aTimerThatHasDiedIsOne() throws InterruptedException {
        TimerEventSource<TrainingRecipe> looks = new TimerEventSource<>();
        CountDownLatch due = new CountDownLatch(1);
        looks.setEventHandler(event -> {
            due.countDown();
            throw new IllegalStateException("kills the timer's thread");
        });
        looks.start();
        looks.scheduleOnce(RECIPE, 1);
        assertThat(due.await(10, TimeUnit.SECONDS)).isTrue();
        RuntimeException dead =
                Awaitility.await().until(() -> plan(looks), Optional::isPresent).orElseThrow();
        looks.stop();

        assertThat(dead).hasMessage("Timer already cancelled.");
        assertThat(UncaughtExceptions.plansForDeleted(dead)).isFalse();
    }

    @Test
    void anyOtherIsOne() {
        TimerTask cancelled = new TimerTask() {
            @Override
            public void run() {}
        };
        cancelled.cancel();
        Timer timer = new Timer(true);
        try {
            assertThat(caught(() -> timer.schedule(cancelled, HOUR)))
                    .hasValueSatisfying(ours ->
                            assertThat(UncaughtExceptions.plansForDeleted(ours)).isFalse());
        } finally {
            timer.cancel();
        }
        assertThat(plan(new TimerEventSource<>()).map(UncaughtExceptions::plansForDeleted))
                .as("the SDK does not run")
                .contains(false);
        assertThat(UncaughtExceptions.plansForDeleted(new NullPointerException()))
                .isFalse();
    }

    private static Optional<RuntimeException> plan(TimerEventSource<TrainingRecipe> looks) {
        return caught(() -> looks.scheduleOnce(RECIPE, HOUR));
    }

    private static Optional<RuntimeException> caught(Runnable action) {
        try {
            action.run();
            return Optional.empty();
        } catch (RuntimeException e) {
            return Optional.of(e);
        }
    }
}
