package dev.distillery.operator.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ProgressPacerTest {
    private static final long SECOND = 1_000_000_000;
    private static final ResourceID ONE = new ResourceID("one", "default");
    private static final ResourceID TWO = new ResourceID("two", "default");

    private static final ResourceID THREE = new ResourceID("three", "default");

    private final ProgressPacer pacer = new ProgressPacer(5 * SECOND, 10, 2);

    @Test
    void theFirstReportIsServedAtOnceAndTheNextAfterTheInterval() {
        pacer.ask(ONE, 0);
        assertThat(pacer.due(0)).containsExactly(ONE);
        assertThat(pacer.done(ONE)).isTrue();
        pacer.ask(ONE, SECOND);
        pacer.ask(ONE, 2 * SECOND);
        assertThat(pacer.due(5 * SECOND - 1)).isEmpty();
        assertThat(pacer.next()).hasValue(5 * SECOND);
        assertThat(pacer.due(5 * SECOND)).containsExactly(ONE);
        assertThat(pacer.next()).isEmpty();
    }

    @Test
    void recipesWaitForEachOther() {
        pacer.ask(ONE, 0);
        pacer.ask(TWO, 0);
        assertThat(pacer.due(0)).containsExactly(ONE);
        assertThat(pacer.next()).hasValue(SECOND / 10);
        assertThat(pacer.due(SECOND / 10)).containsExactly(TWO);
    }

    @Test
    void whoIsNotDoneHoldsTheOthersUp() {
        List.of(ONE, TWO, THREE).forEach(recipe -> pacer.ask(recipe, 0));
        assertThat(pacer.due(0)).containsExactly(ONE);
        assertThat(pacer.due(SECOND)).containsExactly(TWO);
        assertThat(pacer.due(2 * SECOND)).isEmpty();
        assertThat(pacer.done(TWO)).isTrue();
        assertThat(pacer.done(TWO)).isFalse();
        assertThat(pacer.next()).hasValue(SECOND + SECOND / 10);
        assertThat(pacer.due(2 * SECOND)).containsExactly(THREE);
    }

    @Test
    void whoIsNeverDoneHoldsTheOthersUpForHalfAMinute() {
        List.of(ONE, TWO, THREE).forEach(recipe -> pacer.ask(recipe, 0));
        pacer.due(0);
        pacer.due(SECOND);
        assertThat(pacer.next()).hasValue(30 * SECOND);
        assertThat(pacer.due(30 * SECOND - 1)).isEmpty();
        assertThat(pacer.due(30 * SECOND)).containsExactly(THREE);
    }

    @Test
    void whoIsGoneHoldsNobodyUp() {
        List.of(ONE, TWO, THREE).forEach(recipe -> pacer.ask(recipe, 0));
        pacer.due(0);
        pacer.due(SECOND);
        pacer.forget(ONE);
        assertThat(pacer.due(2 * SECOND)).containsExactly(THREE);
        pacer.ask(ONE, 2 * SECOND);
        pacer.forget(ONE);
        assertThat(pacer.next()).isEmpty();
    }

    @Test
    void aThousandJobsThatReportEveryFiveSecondsCostAtMostFortyWritesASecondAndNoneStarves() {
        int jobs = 1000;
        int perSecond = 40;
        ProgressPacer busy = new ProgressPacer(5 * SECOND, perSecond, 1);
        Deque<Long> lastSecond = new ArrayDeque<>();
        Map<ResourceID, Long> served = new HashMap<>();
        int most = 0;
        int writes = 0;
        long longest = 0;
        for (long millis = 0; millis <= 120_000; millis++) {
            long now = millis * SECOND / 1000;
            // Job i reports 5·i ms into each period of five seconds.
            if (millis % 5 == 0) {
                busy.ask(new ResourceID("job-" + millis / 5 % jobs, "default"), now);
            }
            for (ResourceID recipe : busy.due(now)) {
                longest = Math.max(longest, now - served.getOrDefault(recipe, 0L));
                served.put(recipe, now);
                busy.done(recipe);
                writes++;
                lastSecond.add(now);
            }
            while (!lastSecond.isEmpty() && lastSecond.peek() <= now - SECOND) {
                lastSecond.poll();
            }
            most = Math.max(most, lastSecond.size());
        }
        assertThat(most).isEqualTo(perSecond);
        assertThat(writes).isBetween(perSecond * 119, perSecond * 121);
        assertThat(served).hasSize(jobs);
        // 1,000 jobs at 40 a second are 25 s for each, and up to 5 s until its next report.
        assertThat(longest).isLessThanOrEqualTo(30 * SECOND);
    }

    @Test
    void whatWasAskedForLastIsServedThoughNobodyAsksAgain() {
        List<ResourceID> served = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            pacer.ask(new ResourceID("r" + i, "default"), 0);
        }
        pacer.ask(ONE, 0);
        for (OptionalLong next = pacer.next(); next.isPresent(); next = pacer.next()) {
            List<ResourceID> due = pacer.due(Math.max(0, next.getAsLong()));
            due.forEach(pacer::done);
            served.addAll(due);
        }
        assertThat(served).hasSize(51).doesNotHaveDuplicates().endsWith(ONE);
    }
}
